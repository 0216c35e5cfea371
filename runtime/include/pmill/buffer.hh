// SPDX-License-Identifier: BSD-3-Clause
// The buffer a packet's bytes lie in: the only header below the elements that knows rte_mbuf.
//
// This is the overlaying metadata model: a buffer is an mbuf, and a packet that must live in
// memory lives in the mbuf's private area. Another model replaces this file's functions.
#pragma once

#include <rte_mbuf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/hand_over.hh>
#include <pmill/poison.hh>
#include <utility>

namespace pmill {

/// A handle on one buffer; whoever holds it owns it.
using Buffer = rte_mbuf *;
/// Where buffers come from.
using BufferPool = rte_mempool *;

/// Bytes of private area that every buffer has: room for a whole packet object.
inline constexpr std::size_t kBufferPrivateBytes = 128;

/// So many bytes from where a packet begins lie in its buffer, however short the packet is.
inline constexpr std::uint32_t kReadAhead = 64;

namespace buffer {

PMILL_INLINE std::uint8_t *start(Buffer b) { return static_cast<std::uint8_t *>(b->buf_addr); }
PMILL_INLINE std::uint8_t *limit(Buffer b) { return start(b) + b->buf_len; }
PMILL_INLINE std::uint8_t *data(Buffer b) { return start(b) + b->data_off; }
PMILL_INLINE std::uint32_t length(Buffer b) { return b->data_len; }
PMILL_INLINE bool segmented(Buffer b) { return b->nb_segs != 1; }
PMILL_INLINE void *private_area(Buffer b) { return b + 1; }
/// Fetches where received bytes begin. The place is computed: reading it from the mbuf would wait
/// for the mbuf.
PMILL_INLINE void prefetch(Buffer b) {
  __builtin_prefetch(reinterpret_cast<const std::uint8_t *>(b + 1) + kBufferPrivateBytes +
                     RTE_PKTMBUF_HEADROOM);
}

/// Write the packet's extent back, for whoever takes the buffer next.
PMILL_INLINE void set_data(Buffer b, std::uint8_t *data) {
  b->data_off = static_cast<std::uint16_t>(data - start(b));
}
PMILL_INLINE void set_length(Buffer b, std::uint32_t length) {
  b->data_len = static_cast<std::uint16_t>(length);
  b->pkt_len = length;
}

/// Takes an empty buffer from a pool, data at the default headroom; nullptr when there is none.
PMILL_INLINE Buffer allocate(BufferPool pool) {
  const Buffer b = rte_pktmbuf_alloc(pool);
  hand_over::take(&b, b == nullptr ? 0 : 1);
  return b;
}

/// Chains buffers that somebody keeps: `next` may be nullptr.
PMILL_INLINE void link(Buffer b, Buffer next) { b->next = next; }
/// Takes a buffer out of a chain and returns the rest of that.
PMILL_INLINE Buffer unlink(Buffer b) { return std::exchange(b->next, nullptr); }

/// Gives many buffers back.
PMILL_INLINE void release(Buffer *buffers, unsigned count) {
  for (unsigned i = 0; i < count; ++i) poison::open(start(buffers[i]), buffers[i]->buf_len);
  hand_over::give(buffers, count);
  rte_pktmbuf_free_bulk(buffers, count);
}

/// Writes the bytes of a whole packet: the data, and zeros behind it up to `length`. A call,
/// because it takes time that depends on the packet; per-packet code may do that only here and in
/// few other places (runtime/contracts.txt).
[[gnu::noinline]] inline void fill(std::uint8_t *to, std::size_t length, const std::uint8_t *data,
                                   std::size_t have) {
  std::memcpy(to, data, have);
  std::memset(to + have, 0, length - have);
}

}  // namespace buffer
}  // namespace pmill
