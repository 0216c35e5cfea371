// SPDX-License-Identifier: BSD-3-Clause
// Between elements and drivers that fill mbufs: the metadata models overlaying and copying.
#pragma once

#include <pmill/port.hh>

namespace pmill {

/// Whether frames may come in several segments.
inline constexpr bool kSegments = true;

/// Receives up to `size` buffers from a queue that nobody else polls.
PMILL_INLINE unsigned receive_alone(Worker &worker, const RxQueue &q, Buffer *buffers,
                                    unsigned size) {
  const auto burst = [&](rte_mbuf **mbufs, unsigned most) __attribute__((always_inline)) {
    return rte_eth_rx_burst(q.port, q.queue, mbufs, static_cast<std::uint16_t>(most));
  };
  return buffer::receive(worker.pool, buffers, size, burst);
}

/// Receives up to `size` buffers.
inline unsigned receive_burst(Worker &worker, const RxQueue &q, Buffer *buffers, unsigned size) {
  if (q.lock == nullptr) return receive_alone(worker, q, buffers, size);
  if (rte_spinlock_trylock(q.lock) == 0) return 0;
  const unsigned n = receive_alone(worker, q, buffers, size);
  rte_spinlock_unlock(q.lock);
  return n;
}

/// Receives some packets and drops them; returns how many.
inline unsigned drop_burst(Worker &worker, const RxQueue &q) {
  Buffer buffers[64];
  const unsigned n = receive_burst(worker, q, buffers, 64);
  buffer::release(worker.pool, buffers, n);
  return n;
}

/// Sends what the device takes of `count` packets to a queue that nobody else fills, and returns
/// how many.
PMILL_INLINE unsigned transmit_alone(Worker &worker, const TxQueue &q, Outgoing *packets,
                                     unsigned count) {
  const auto burst = [&](rte_mbuf **mbufs, unsigned most) __attribute__((always_inline)) {
    return rte_eth_tx_burst(q.port, q.queue, mbufs, static_cast<std::uint16_t>(most));
  };
  return buffer::send(worker.pool, packets, count, burst);
}

/// Makes one segment of each frame of several in a burst, and returns how many packets are left:
/// those whose segments do not fit into the first are dropped, counted in `segmented`.
unsigned join_segments(Worker &worker, Count &segmented, Buffer *buffers, unsigned n);

namespace buffer {

PMILL_INLINE bool segmented(Buffer b) { return facts(b)->nb_segs != 1; }

/// Fetches where received bytes begin, so far from the mbuf: reading that from it would wait for
/// it.
PMILL_INLINE void prefetch(Buffer b, std::size_t distance) {
  __builtin_prefetch(reinterpret_cast<const std::uint8_t *>(facts(b)) + distance);
}

/// Whether a VLAN tag was taken out of the frame and lies beside it.
PMILL_INLINE bool misses_tag(Buffer b) {
  return (facts(b)->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0;
}

}  // namespace buffer

/// What the device told of a received packet.
class Received {
 public:
  PMILL_INLINE explicit Received(Buffer b) : facts_(buffer::facts(b)) {}

  /// The hash over the packet's flow.
  PMILL_INLINE std::uint32_t flow_hash() const { return facts_->hash.rss; }
  /// When the device received the packet, in ns since the epoch; 0 when it does not say.
  PMILL_INLINE std::int64_t timestamp(const PortClock &clock) const {
    if (clock.offset < 0 || (facts_->ol_flags & clock.flag) == 0) return 0;
    return clock.time_of(*RTE_MBUF_DYNFIELD(facts_, clock.offset, const std::uint64_t *));
  }

 private:
  const rte_mbuf *facts_;
};

}  // namespace pmill
