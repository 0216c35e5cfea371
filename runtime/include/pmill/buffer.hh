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

/// Most packets that are received at once.
inline constexpr unsigned kMostBurst = 256;

/// The most bytes of a packet object, for which an application that brings its own buffers has to
/// have room in each. Where pmill makes them there is as much as its packets need.
inline constexpr std::size_t kBufferPrivateBytes = 128;

/// So many bytes from where a packet begins lie in its buffer, however short the packet is.
inline constexpr std::uint32_t kReadAhead = 64;

namespace buffer {
inline constexpr std::size_t kPrivateBytes = kBufferPrivateBytes;
}  // namespace buffer
}  // namespace pmill

// A model defines, in namespace pmill, `Buffer`: a handle on one buffer, which whoever holds it
// owns, nullptr for none; `BufferPool`: a handle on where a worker takes buffers from and puts
// them; `Outgoing`: a packet that is handed to a device; and in namespace buffer:
//
//   start(b), capacity(b)        the buffer's first byte, and how many it has
//   data(b), length(b)           the packet's extent, as it was last written by
//   set_data, set_length         whoever filled the buffer, or by a driver that fills mbufs
//   private_area(b)              kPrivateBytes for a packet object
//   allocate(pool)               an empty buffer, data at the default headroom, or nullptr
//   pool_capacity(pool)          the capacity of its buffers
//   release(pool, buffers, n)    gives many buffers back
//   link(b, next), unlink(b)     chains of buffers that somebody keeps
//   outgoing(b, data, length, resized, moved), buffer_of(outgoing)
//
// What drivers hand over is the matter of metadata/queues.hh, or of xchg/queues.hh.
#if defined(PMILL_METADATA_XCHANGE)
#include <pmill/metadata/exchanging.hh>
#elif defined(PMILL_METADATA_COPYING)
#include <pmill/metadata/copying.hh>
#else
#include <pmill/metadata/overlaying.hh>
#endif

namespace pmill::buffer {

PMILL_INLINE std::uint8_t *limit(Buffer b) { return start(b) + capacity(b); }

/// Writes the bytes of a whole packet: the data, and zeros behind it up to `length`. A call,
/// because it takes time that depends on the packet; per-packet code may do that only here and in
/// few other places (runtime/contracts.txt).
[[gnu::noinline]] inline void fill(std::uint8_t *to, std::size_t length, const std::uint8_t *data,
                                   std::size_t have) {
  std::memcpy(to, data, have);
  std::memset(to + have, 0, length - have);
}

}  // namespace pmill::buffer
