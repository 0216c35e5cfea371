// SPDX-License-Identifier: BSD-3-Clause
// Between elements and drivers that exchange buffers: the metadata model xchange. Here is what
// applications have in common; the one that runs elements is in xchg/receive.hh.
#pragma once

#include <pmill/port.hh>
#ifdef PMILL_EXCHANGES_XDP
#include <pmill/xchg/xdp.hh>
#else
#include <pmill/xchg/nic.hh>
#endif

namespace pmill {

/// Whether frames may come in several segments.
inline constexpr bool kSegments = false;

/// What a device told of a received packet.
struct Received {
  Buffer buffer = nullptr;
  std::uint8_t *data = nullptr;
  std::uint32_t length = 0;
  std::uint32_t hash = 0;
  std::uint64_t ticks = 0;

  /// The hash over the packet's flow.
  PMILL_INLINE std::uint32_t flow_hash() const { return hash; }
  /// When the device received the packet, in ns since the epoch; 0 when it does not say.
  PMILL_INLINE std::int64_t timestamp(const PortClock &clock) const {
    return clock.offset < 0 || ticks == 0 ? 0 : clock.time_of(ticks);
  }
};

namespace xchg {

// The driver that the program contains: it knows one, so that everything is inlined.
#ifdef PMILL_EXCHANGES_XDP
using DriverRx = xdp::RxQueue;
using DriverTx = xdp::TxQueue;
#else
using DriverRx = nic::RxQueue;
using DriverTx = nic::TxQueue<Buffer>;
#endif

/// Slots as drivers see them.
struct SlotRooms {
  using Buffer = pmill::Buffer;
  PMILL_INLINE static std::uint8_t *room(Buffer b) { return buffer::room(b); }
  PMILL_INLINE static Buffer with_room(std::uint8_t *at) { return buffer::with_room(at); }
  static std::uint32_t room_bytes() { return static_cast<std::uint32_t>(buffer::room_bytes()); }
};

/// The setters of an application, for those fields that are `Wanted`: one bit each, by number.
template <unsigned Wanted>
struct Setters {
  using Descriptor = Received;
  static consteval bool wants(Field f) { return (Wanted >> static_cast<unsigned>(f) & 1) != 0; }

  PMILL_INLINE static void set_buffer(Received &d, Buffer b) { d.buffer = b; }
  PMILL_INLINE static void set_data(Received &d, std::uint8_t *at) { d.data = at; }
  PMILL_INLINE static void set_length(Received &d, std::uint32_t bytes) { d.length = bytes; }
  PMILL_INLINE static void set_timestamp(Received &d, std::uint64_t ticks) { d.ticks = ticks; }
  PMILL_INLINE static void set_rss_hash(Received &d, std::uint32_t hash) { d.hash = hash; }
  PMILL_INLINE static void set_vlan_tag(Received &, std::uint16_t) {}
  PMILL_INLINE static void set_packet_type(Received &, std::uint32_t) {}
  PMILL_INLINE static void set_mark(Received &, std::uint32_t) {}
  PMILL_INLINE static void set_flags(Received &, std::uint32_t) {}
};

/// The application that fills rings before packets come, and that drops what comes.
struct Dropping : SlotRooms, Setters<0> {
  BufferPool pool;

  explicit Dropping(BufferPool p) : pool(p) {}
  Buffer exchange() { return pool->take(); }
  void finish(const Received &d) { pool->give(d.buffer); }
};
static_assert(Receiver<Dropping>);

/// The application that transmits.
struct Sending : SlotRooms {
  using Outgoing = pmill::Outgoing;
  BufferPool pool;

  PMILL_INLINE explicit Sending(BufferPool p) : pool(p) {}

  PMILL_INLINE static Buffer buffer(const Outgoing &p) { return p.slot; }
  PMILL_INLINE static const std::uint8_t *data(const Outgoing &p) { return p.data; }
  PMILL_INLINE static std::uint32_t length(const Outgoing &p) { return p.length; }
  PMILL_INLINE void give_back(Buffer *buffers, unsigned n) { pool->give(buffers, n); }
};
static_assert(Transmitter<Sending>);

/// Receives up to `most` packets from a queue. Workers that share one take turns: a packet's way
/// through the program belongs to its turn.
PMILL_INLINE unsigned receive(const RxQueue &q, Receiver auto &app, unsigned most) {
  auto &driver = *static_cast<DriverRx *>(q.exchanged);
  if (q.lock == nullptr) [[likely]]
    return driver.receive(app, most, q.ahead);
  if (rte_spinlock_trylock(q.lock) == 0) return 0;
  const unsigned n = driver.receive(app, most, q.ahead);
  rte_spinlock_unlock(q.lock);
  return n;
}

}  // namespace xchg

namespace buffer {
/// For elements that exchange mbufs with the kernel, which no program of this model has.
PMILL_INLINE bool misses_tag(Buffer) { return false; }
}  // namespace buffer

/// Receives some packets and drops them; returns how many.
inline unsigned drop_burst(Worker &worker, const RxQueue &q) {
  xchg::Dropping app(worker.pool);
  return xchg::receive(q, app, 64);
}

/// Sends what the device takes of `count` packets to a queue that nobody else fills.
PMILL_INLINE unsigned transmit_alone(Worker &worker, const TxQueue &q, Outgoing *packets,
                                     unsigned count) {
  auto &driver = *static_cast<xchg::DriverTx *>(q.exchanged);
  xchg::Sending app(worker.pool);
  return driver.transmit(app, packets, count);
}

}  // namespace pmill
