// SPDX-License-Identifier: BSD-3-Clause
// The overlaying metadata model: a buffer is an mbuf, and a packet that must live in memory lives
// in the mbuf's private area. Nothing is copied when a packet is received or sent.
#pragma once

#include <rte_mbuf.h>

#include <cstddef>
#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/hand_over.hh>
#include <pmill/poison.hh>
#include <utility>

namespace pmill {

using Buffer = rte_mbuf *;
using BufferPool = rte_mempool *;
using Outgoing = rte_mbuf *;

namespace buffer {

/// Bytes of private area that mbufs need for packet objects of so many: whole pairs of lines.
inline std::size_t mbuf_private_bytes(std::size_t object) { return (object + 127) / 128 * 128; }

PMILL_INLINE std::uint8_t *start(Buffer b) { return static_cast<std::uint8_t *>(b->buf_addr); }
PMILL_INLINE std::size_t capacity(Buffer b) { return b->buf_len; }
PMILL_INLINE std::uint8_t *data(Buffer b) { return start(b) + b->data_off; }
PMILL_INLINE std::uint32_t length(Buffer b) { return b->data_len; }
PMILL_INLINE void *private_area(Buffer b) { return b + 1; }

PMILL_INLINE void set_data(Buffer b, std::uint8_t *data) {
  b->data_off = static_cast<std::uint16_t>(data - start(b));
}
PMILL_INLINE void set_length(Buffer b, std::uint32_t length) {
  b->data_len = static_cast<std::uint16_t>(length);
  b->pkt_len = length;
}

/// Writes the extent back, of packets that may have been `resized`; most have not `moved`.
PMILL_INLINE Outgoing outgoing(Buffer b, std::uint8_t *data, std::uint32_t length, bool resized,
                               bool moved) {
  if (moved) set_data(b, data);
  if (resized) set_length(b, length);
  return b;
}
PMILL_INLINE Buffer buffer_of(Outgoing packet) { return packet; }

PMILL_INLINE Buffer allocate(BufferPool pool) {
  const Buffer b = rte_pktmbuf_alloc(pool);
  hand_over::take(&b, b == nullptr ? 0 : 1);
  return b;
}
inline std::size_t pool_capacity(BufferPool pool) { return rte_pktmbuf_data_room_size(pool); }

PMILL_INLINE void link(Buffer b, Buffer next) { b->next = next; }
PMILL_INLINE Buffer unlink(Buffer b) { return std::exchange(b->next, nullptr); }

PMILL_INLINE void release(BufferPool, Buffer *buffers, unsigned count) {
  for (unsigned i = 0; i < count; ++i) poison::open(start(buffers[i]), buffers[i]->buf_len);
  hand_over::give(buffers, count);
  rte_pktmbuf_free_bulk(buffers, count);
}

// --- between drivers and buffers -----------------------------------------------------------------

/// The mbuf of a buffer, for what only drivers say.
PMILL_INLINE const rte_mbuf *facts(Buffer b) { return b; }
/// The mbuf of a buffer, with its extent, to be changed; then `take_back` must follow.
PMILL_INLINE rte_mbuf *lend(Buffer b) { return b; }
PMILL_INLINE void take_back(Buffer, rte_mbuf *) {}

/// Receives by `burst(mbufs, size)` up to `size` buffers.
PMILL_INLINE unsigned receive(BufferPool, Buffer *buffers, unsigned size, auto &&burst) {
  const unsigned n = burst(buffers, size);
  hand_over::take(buffers, n);
  return n;
}
/// Sends by `burst(mbufs, count)`; returns how many of the buffers are gone.
PMILL_INLINE unsigned send(BufferPool, Outgoing *packets, unsigned count, auto &&burst) {
  hand_over::give(packets, count);
  return burst(packets, count);
}

// --- for the runtime -----------------------------------------------------------------------------

/// How many mbufs there must be for so many buffers, and the bytes of a buffer beside its mbuf.
inline std::size_t mbufs_for(std::size_t buffers) { return buffers; }
inline std::size_t more_bytes(std::size_t) { return 0; }
/// Makes what is needed beside mbufs, once; false when there is no memory.
inline bool prepare(std::size_t, std::size_t, int) { return true; }
/// The pool of a worker.
inline BufferPool make_pool(rte_mempool *mbufs) { return mbufs; }
inline void end_pool(BufferPool) {}

}  // namespace buffer
}  // namespace pmill
