// SPDX-License-Identifier: BSD-3-Clause
// DPDK ports as elements see them: queues that a worker may poll or fill. Setting a port up is
// done once, in runtime/src; only what runs for every burst or packet is here.
#pragma once

#include <rte_ethdev.h>
#include <rte_spinlock.h>

#include <pmill/attributes.hh>
#include <pmill/buffer.hh>
#include <pmill/setup.hh>
#include <pmill/worker.hh>
#include <span>
#include <string_view>

namespace pmill {

/// How a device's receive timestamps become nanoseconds since the epoch.
struct PortClock {
  std::uint64_t flag = 0;  // of ol_flags: this packet has one
  int offset = -1;         // of the mbuf's dynamic field, -1: the device has no timestamps
  std::int64_t epoch_ns = 0;
  std::uint64_t start = 0;
  std::uint64_t scale = std::uint64_t{1} << 32;  // ns in 2^32 ticks

  /// The time of a moment that the device calls `ticks`, in ns since the epoch.
  PMILL_INLINE std::int64_t time_of(std::uint64_t ticks) const {
    using Wide = unsigned __int128;
    return epoch_ns + static_cast<std::int64_t>(Wide{ticks - start} * scale >> 32);
  }
};

/// A receive queue of a port. `lock` is set when several workers poll it. While a `group` of
/// packets is handled, the next `ahead` are fetched: none where the driver itself has written the
/// packets, so that they are in the processor's cache; `data_at` is where in an mbuf received bytes
/// begin, in bytes. `whole`: every frame is one buffer, by what
/// the device was told or its driver says, so that nobody need look.
struct RxQueue {
  std::uint16_t port = 0;
  std::uint16_t queue = 0;
  bool whole = false;
  rte_spinlock_t *lock = nullptr;
  const PortClock *clock = nullptr;
  unsigned group = 8;
  unsigned ahead = 8;
  std::uint16_t data_at = 0;

  void *exchanged = nullptr;  // the driver's own queue, where buffers are exchanged with it
};

/// A transmit queue of a port. `lock` is set when several workers fill it.
struct TxQueue {
  std::uint16_t port = 0;
  std::uint16_t queue = 0;
  rte_spinlock_t *lock = nullptr;
  void *exchanged = nullptr;  // as above
};

/// A queue as its worker keeps it among its own memory, so that what the driver is called with need
/// not be found through a pointer first: its first loads wait for that. Where buffers are exchanged
/// the driver's own queue is known only when the port starts, and a pointer must do.
template <typename Queue>
class AtHand {
 public:
  void set(const Queue &queue) {
#ifdef PMILL_METADATA_XCHANGE
    queue_ = &queue;
#else
    queue_ = queue;
#endif
  }
  PMILL_INLINE const Queue &operator*() const {
#ifdef PMILL_METADATA_XCHANGE
    return *queue_;
#else
    return queue_;
#endif
  }

 private:
#ifdef PMILL_METADATA_XCHANGE
  const Queue *queue_ = nullptr;
#else
  Queue queue_;
#endif
};

/// Counters of a device since its start.
struct PortCounts {
  std::uint64_t rx_packets = 0, rx_bytes = 0, rx_missed = 0, rx_errors = 0, rx_no_buffer = 0;
  std::uint64_t tx_packets = 0, tx_bytes = 0, tx_errors = 0;
};

/// The queues that this worker polls for an element; empty when there are none for it.
std::span<const RxQueue> receive_queues(const Worker &worker, std::string_view element);
/// The queue that this worker fills for an element, nullptr when the port does not exist.
const TxQueue *transmit_queue(const Worker &worker, std::string_view element);
/// What the device has counted.
PortCounts port_counts(std::uint16_t port);
/// What the device behind an element that receives, or transmits, has counted.
PortCounts receive_counts(std::string_view element);
PortCounts transmit_counts(std::string_view element);

/// Drops what the queues hold, but not what keeps coming; returns how many packets that were.
[[gnu::cold]] unsigned drop_waiting(Worker &worker, std::span<const RxQueue> queues);
/// Sleeps until the queue may have packets again, for 1 ms at most.
void wait_for_packets(const RxQueue &queue);

}  // namespace pmill

#ifdef PMILL_METADATA_XCHANGE
#include <pmill/xchg/queues.hh>
#else
#include <pmill/metadata/queues.hh>
#endif

namespace pmill {

/// Sends what the device takes of `count` packets, and returns how many.
PMILL_INLINE unsigned transmit(Worker &worker, const TxQueue &q, Outgoing *packets,
                               unsigned count) {
  if (q.lock == nullptr) [[likely]]
    return transmit_alone(worker, q, packets, count);
  rte_spinlock_lock(q.lock);
  const unsigned n = transmit_alone(worker, q, packets, count);
  rte_spinlock_unlock(q.lock);
  return n;
}

}  // namespace pmill
