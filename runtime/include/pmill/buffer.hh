// SPDX-License-Identifier: BSD-3-Clause
// The buffer a packet's bytes lie in. What it is, the metadata model says: one of the headers in
// metadata/, chosen when the program is compiled. Below the elements only these know rte_mbuf.
#pragma once

#include <rte_mbuf_core.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>

namespace pmill {

/// Bytes of private area that every buffer has: room for a whole packet object.
inline constexpr std::size_t kBufferPrivateBytes = 128;

/// So many bytes from where a packet begins lie in its buffer, however short the packet is.
inline constexpr std::uint32_t kReadAhead = 64;

namespace buffer {
inline constexpr std::size_t kPrivateBytes = kBufferPrivateBytes;
}  // namespace buffer
}  // namespace pmill

// A model defines, in namespace pmill, `Buffer`: a handle on one buffer, which whoever holds it
// owns, nullptr for none; `BufferPool`: where buffers come from; and in namespace buffer:
//
//   start(b), capacity(b)        the buffer's first byte, and how many it has
//   data(b), length(b)           the packet's extent, as it was received or last written back by
//   set_data, set_length         for whoever takes the buffer next
//   private_area(b)              kPrivateBytes for a packet object
//   allocate(pool)               an empty buffer, data at the default headroom, or nullptr
//   pool_capacity(pool)          the capacity of its buffers
//   release(buffers, count)      gives many buffers back
//   link(b, next), unlink(b)     chains of buffers that somebody keeps
//   prepare, receive, send, facts, lend, take_back: between drivers and buffers
#ifdef PMILL_METADATA_COPYING
#include <pmill/metadata/copying.hh>
#else
#include <pmill/metadata/overlaying.hh>
#endif

namespace pmill::buffer {

PMILL_INLINE std::uint8_t *limit(Buffer b) { return start(b) + capacity(b); }
PMILL_INLINE bool segmented(Buffer b) { return facts(b)->nb_segs != 1; }

/// Fetches where received bytes begin. The place is computed: reading it from the mbuf would wait
/// for the mbuf.
PMILL_INLINE void prefetch(Buffer b) {
  __builtin_prefetch(reinterpret_cast<const std::uint8_t *>(facts(b) + 1) + kMbufPrivateBytes +
                     RTE_PKTMBUF_HEADROOM);
}

/// Writes the bytes of a whole packet: the data, and zeros behind it up to `length`. A call,
/// because it takes time that depends on the packet; per-packet code may do that only here and in
/// few other places (runtime/contracts.txt).
[[gnu::noinline]] inline void fill(std::uint8_t *to, std::size_t length, const std::uint8_t *data,
                                   std::size_t have) {
  std::memcpy(to, data, have);
  std::memset(to + have, 0, length - have);
}

}  // namespace pmill::buffer
