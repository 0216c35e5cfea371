// SPDX-License-Identifier: BSD-3-Clause
// The copying metadata model, which Click, FastClick and others have: a driver fills an mbuf, and
// what is needed of it is copied into a record of the program's own, which comes from a pool of its
// own. The packet's bytes stay where they are. When the packet is sent, its extent is copied back.
#pragma once

#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <cstddef>
#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/poison.hh>
#include <utility>

namespace pmill {

/// A packet's record. What is behind it is its private area.
struct alignas(64) Record {
  rte_mbuf *mbuf;
  std::uint8_t *start;
  std::uint8_t *data;
  std::uint32_t length;
  std::uint32_t capacity;
  Record *next;
};
static_assert(sizeof(Record) == 64);

using Buffer = Record *;
using BufferPool = rte_mempool *;

namespace buffer {

inline constexpr std::size_t kMbufPrivateBytes = 0;
/// The most buffers that are handed over at once.
inline constexpr unsigned kMost = 256;

/// Where records come from: there are more than mbufs, so that one which has an mbuf finds one.
inline rte_mempool *g_records = nullptr;

PMILL_INLINE std::uint8_t *start(Buffer b) { return b->start; }
PMILL_INLINE std::size_t capacity(Buffer b) { return b->capacity; }
PMILL_INLINE std::uint8_t *data(Buffer b) { return b->data; }
PMILL_INLINE std::uint32_t length(Buffer b) { return b->length; }
PMILL_INLINE void *private_area(Buffer b) { return b + 1; }

PMILL_INLINE void set_data(Buffer b, std::uint8_t *data) { b->data = data; }
PMILL_INLINE void set_length(Buffer b, std::uint32_t length) { b->length = length; }

/// Copies what the mbuf says.
PMILL_INLINE void take_back(Buffer b, rte_mbuf *m) {
  b->mbuf = m;
  b->start = static_cast<std::uint8_t *>(m->buf_addr);
  b->data = b->start + m->data_off;
  b->length = m->data_len;
  b->capacity = m->buf_len;
}
PMILL_INLINE rte_mbuf *lend(Buffer b) {
  rte_mbuf *m = b->mbuf;
  m->data_off = static_cast<std::uint16_t>(b->data - b->start);
  m->data_len = static_cast<std::uint16_t>(b->length);
  m->pkt_len = b->length;
  return m;
}
PMILL_INLINE const rte_mbuf *facts(Buffer b) { return b->mbuf; }

inline constexpr std::size_t kMoreBytes = sizeof(Record) + kPrivateBytes;
/// Makes as many records as there are mbufs, and as many more as may lie in caches.
inline bool prepare(std::size_t mbufs) {
  if (g_records != nullptr) return true;
  constexpr unsigned kCache = 256;
  const std::size_t cached = std::size_t{rte_lcore_count() + 1} * kCache * 3 / 2 + kMost;
  g_records = rte_mempool_create(
      "pmill-records", static_cast<unsigned>(mbufs * rte_socket_count() + cached), kMoreBytes,
      kCache, 0, nullptr, nullptr, nullptr, nullptr, SOCKET_ID_ANY, 0);
  return g_records != nullptr;
}

PMILL_INLINE Buffer allocate(BufferPool pool) {
  rte_mbuf *m = rte_pktmbuf_alloc(pool);
  if (m == nullptr) return nullptr;
  void *record = nullptr;
  if (rte_mempool_get(g_records, &record) != 0) [[unlikely]] {
    rte_pktmbuf_free(m);
    return nullptr;
  }
  auto *b = static_cast<Buffer>(record);
  take_back(b, m);
  return b;
}
inline std::size_t pool_capacity(BufferPool pool) { return rte_pktmbuf_data_room_size(pool); }

PMILL_INLINE void link(Buffer b, Buffer next) { b->next = next; }
PMILL_INLINE Buffer unlink(Buffer b) { return std::exchange(b->next, nullptr); }

PMILL_INLINE void release(Buffer *buffers, unsigned count) {
  rte_mbuf *mbufs[kMost];
  for (unsigned done = 0; done < count;) {
    unsigned n = 0;
    for (; n < kMost && done + n < count; ++n) {
      poison::open(start(buffers[done + n]), capacity(buffers[done + n]));
      mbufs[n] = lend(buffers[done + n]);
    }
    rte_pktmbuf_free_bulk(mbufs, n);
    rte_mempool_put_bulk(g_records, reinterpret_cast<void **>(buffers + done), n);
    done += n;
  }
}

PMILL_INLINE unsigned receive(Buffer *buffers, unsigned size, auto &&burst) {
  rte_mbuf *mbufs[kMost];
  unsigned n = burst(mbufs, size);
  if (n == 0) return 0;
  if (rte_mempool_get_bulk(g_records, reinterpret_cast<void **>(buffers), n) != 0) [[unlikely]] {
    rte_pktmbuf_free_bulk(mbufs, n);
    return 0;
  }
  for (unsigned i = 0; i < n; ++i) take_back(buffers[i], mbufs[i]);
  return n;
}
PMILL_INLINE unsigned send(Buffer *buffers, unsigned count, auto &&burst) {
  rte_mbuf *mbufs[kMost];
  for (unsigned i = 0; i < count; ++i) mbufs[i] = lend(buffers[i]);
  const unsigned sent = burst(mbufs, count);
  if (sent != 0) rte_mempool_put_bulk(g_records, reinterpret_cast<void **>(buffers), sent);
  return sent;
}

}  // namespace buffer
}  // namespace pmill
