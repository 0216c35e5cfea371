// SPDX-License-Identifier: BSD-3-Clause
// The exchanging metadata model, X-Change: a buffer is a bare slot of memory. A driver that knows
// it (pmill/xchg.hh) tells what it received in registers, and gets an empty slot for each that it
// hands over; so nothing is written for a packet that only passes, and no descriptor of DPDK's is
// there. A packet that must live in memory lives in its slot.
#pragma once

#include <rte_mbuf_core.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <pmill/attributes.hh>
#include <pmill/metadata/stock.hh>
#include <pmill/poison.hh>
#include <utility>

namespace pmill {

/// What a slot begins with: it is written only for packets that the program makes or keeps.
struct alignas(32) SlotHead {
  SlotHead *next;      // in a chain of packets that somebody keeps
  std::uint8_t *data;  // the extent of a packet that was made: see set_data
  std::uint32_t length;
};
static_assert(sizeof(SlotHead) == 32);

using Slot = SlotHead;
using Buffer = Slot *;
/// The slots of one worker.
using BufferPool = Stock<Slot> *;
/// A packet on its way out.
struct Outgoing {
  Slot *slot;
  std::uint8_t *data;
  std::uint32_t length;
};

namespace buffer {

/// All slots of the program, of `stride` bytes each.
struct Slots {
  Depot<Slot> depot;
  std::uint8_t *memory = nullptr;
  std::size_t count = 0;
  std::size_t stride = 0;
  std::size_t capacity = 0;  // bytes of packet data, headroom included
};
inline Slots g_slots;

/// Bytes in front of a slot's room: what it begins with and the private area, in whole lines.
inline constexpr std::size_t kFront = (sizeof(Slot) + kPrivateBytes + 63) / 64 * 64;

/// Bytes from slot to slot. An odd number of cache lines: with a power of two, the first lines of
/// all slots would be in few sets of a cache.
constexpr std::size_t stride_of(std::size_t capacity) {
  return ((kFront + capacity + 63) / 64 | 1) * 64;
}

PMILL_INLINE std::uint8_t *start(Buffer b) { return reinterpret_cast<std::uint8_t *>(b) + kFront; }
PMILL_INLINE std::size_t capacity(Buffer) { return g_slots.capacity; }
PMILL_INLINE void *private_area(Buffer b) { return b + 1; }
/// Of a packet that was made.
PMILL_INLINE std::uint8_t *data(Buffer b) { return b->data; }
PMILL_INLINE std::uint32_t length(Buffer b) { return b->length; }

PMILL_INLINE void set_data(Buffer b, std::uint8_t *data) { b->data = data; }
PMILL_INLINE void set_length(Buffer b, std::uint32_t length) { b->length = length; }

/// Where a device writes what it receives.
PMILL_INLINE std::uint8_t *room(Buffer b) { return start(b) + RTE_PKTMBUF_HEADROOM; }
/// The slot in whose room that is.
PMILL_INLINE Buffer with_room(std::uint8_t *at) {
  return reinterpret_cast<Buffer>(at - RTE_PKTMBUF_HEADROOM - kFront);
}
/// Bytes of a room.
inline std::size_t room_bytes() { return g_slots.capacity - RTE_PKTMBUF_HEADROOM; }

PMILL_INLINE Outgoing outgoing(Buffer b, std::uint8_t *data, std::uint32_t length, bool, bool) {
  return {b, data, length};
}
PMILL_INLINE Buffer buffer_of(const Outgoing &packet) { return packet.slot; }

PMILL_INLINE Buffer allocate(BufferPool pool) {
  Buffer b = pool->take();
  if (b == nullptr) return nullptr;
  b->data = room(b);
  b->length = 0;
  return b;
}
inline std::size_t pool_capacity(BufferPool) { return g_slots.capacity; }

PMILL_INLINE void link(Buffer b, Buffer next) { b->next = next; }
PMILL_INLINE Buffer unlink(Buffer b) { return std::exchange(b->next, nullptr); }

PMILL_INLINE void release(BufferPool pool, Buffer *buffers, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    poison::open(start(buffers[i]), capacity(buffers[i]));
    pool->give(buffers[i]);
  }
}

// --- for the runtime -----------------------------------------------------------------------------

/// What has no other use but that ethdev asks for a pool.
inline std::size_t mbuf_private_bytes(std::size_t) { return 0; }
inline std::size_t mbufs_for(std::size_t) { return 31; }
inline std::size_t more_bytes(std::size_t capacity) { return stride_of(capacity) + sizeof(Slot *); }
/// Makes all slots, once, in memory of a NUMA node if it can be; false when there is none.
inline bool prepare(std::size_t count, std::size_t capacity, int socket) {
  if (g_slots.memory != nullptr) return true;
  constexpr std::size_t kPage = 4096;
  g_slots.count = count;
  g_slots.stride = stride_of(capacity);
  g_slots.capacity = capacity;
  const std::size_t bytes = count * g_slots.stride;
  void *memory = rte_zmalloc_socket("pmill-slots", bytes, kPage, socket);
  if (memory == nullptr) memory = rte_zmalloc_socket("pmill-slots", bytes, kPage, SOCKET_ID_ANY);
  if (memory == nullptr || !g_slots.depot.prepare(count, SOCKET_ID_ANY)) return false;
  g_slots.memory = static_cast<std::uint8_t *>(memory);
  for (std::size_t i = count; i-- > 0;) {  // the first goes first
    Slot *slot = new (g_slots.memory + i * g_slots.stride) Slot{};
    g_slots.depot.give(&slot, 1);
  }
  return true;
}
inline BufferPool make_pool(rte_mempool *) { return new Stock<Slot>(g_slots.depot); }
inline void end_pool(BufferPool pool) { delete pool; }

}  // namespace buffer
}  // namespace pmill
