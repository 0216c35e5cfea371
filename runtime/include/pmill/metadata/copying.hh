// SPDX-License-Identifier: BSD-3-Clause
// The copying metadata model, which Click, FastClick and others have: a driver fills an mbuf, and
// what is needed of it is copied into a record of the program's own, which comes from a pool of its
// own. The packet's bytes stay where they are. When the packet is sent, its extent is copied back.
#pragma once

#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <pmill/attributes.hh>
#include <pmill/hand_over.hh>
#include <pmill/metadata/stock.hh>
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
using Outgoing = Record *;

/// Where a worker's mbufs come from, and its records.
struct RecordPool {
  rte_mempool *mbufs;
  Stock<Record> records;
};
using BufferPool = RecordPool *;

namespace buffer {

inline std::size_t mbuf_private_bytes(std::size_t) { return 0; }
/// The most buffers that are handed over at once.
inline constexpr unsigned kMost = 256;

/// Where records come from: there are more than mbufs, so that one which has an mbuf finds one.
inline Depot<Record> g_records;

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
/// The mbuf of a buffer, for what only drivers say.
PMILL_INLINE const rte_mbuf *facts(Buffer b) { return b->mbuf; }

/// Nothing is written back before the packet is sent.
PMILL_INLINE Outgoing outgoing(Buffer b, std::uint8_t *data, std::uint32_t length, bool resized,
                               bool moved) {
  if (moved) set_data(b, data);
  if (resized) set_length(b, length);
  return b;
}
PMILL_INLINE Buffer buffer_of(Outgoing packet) { return packet; }

PMILL_INLINE Buffer allocate(BufferPool pool) {
  rte_mbuf *m = rte_pktmbuf_alloc(pool->mbufs);
  if (m == nullptr) return nullptr;
  hand_over::take(&m, 1);
  Record *b = pool->records.take();
  if (b == nullptr) [[unlikely]] {
    hand_over::give(&m, 1);
    rte_pktmbuf_free(m);
    return nullptr;
  }
  take_back(b, m);
  return b;
}
inline std::size_t pool_capacity(BufferPool pool) {
  return rte_pktmbuf_data_room_size(pool->mbufs);
}

PMILL_INLINE void link(Buffer b, Buffer next) { b->next = next; }
PMILL_INLINE Buffer unlink(Buffer b) { return std::exchange(b->next, nullptr); }

PMILL_INLINE void release(BufferPool pool, Buffer *buffers, unsigned count) {
  rte_mbuf *mbufs[kMost];
  for (unsigned done = 0; done < count;) {
    unsigned n = 0;
    for (; n < kMost && done + n < count; ++n) {
      Buffer b = buffers[done + n];
      poison::open(start(b), capacity(b));
      mbufs[n] = lend(b);
      pool->records.give(b);
    }
    hand_over::give(mbufs, n);
    rte_pktmbuf_free_bulk(mbufs, n);
    done += n;
  }
}

PMILL_INLINE unsigned receive(BufferPool pool, Buffer *buffers, unsigned size, auto &&burst) {
  rte_mbuf *mbufs[kMost];
  const unsigned n = burst(mbufs, size);
  hand_over::take(mbufs, n);
  for (unsigned i = 0; i < n; ++i) {
    Buffer b = pool->records.take();
    if (b == nullptr) [[unlikely]] {  // not before there are more packets than mbufs
      hand_over::give(mbufs + i, n - i);
      rte_pktmbuf_free_bulk(mbufs + i, n - i);
      return i;
    }
    take_back(b, mbufs[i]);
    buffers[i] = b;
  }
  return n;
}
PMILL_INLINE unsigned send(BufferPool pool, Outgoing *packets, unsigned count, auto &&burst) {
  rte_mbuf *mbufs[kMost];
  for (unsigned i = 0; i < count; ++i) mbufs[i] = lend(packets[i]);
  hand_over::give(mbufs, count);
  const unsigned sent = burst(mbufs, count);
  for (unsigned i = 0; i < sent; ++i) pool->records.give(packets[i]);
  return sent;
}

// --- for the runtime -----------------------------------------------------------------------------

/// Records lie an odd number of cache lines from each other.
inline constexpr std::size_t kStride = sizeof(Record) + kPrivateBytes;
static_assert(kStride / 64 % 2 == 1);

inline std::size_t mbufs_for(std::size_t buffers) { return buffers; }
inline std::size_t more_bytes(std::size_t) { return kStride + sizeof(Record *); }
/// Makes as many records as there are mbufs, and as many more as may lie in stocks.
inline bool prepare(std::size_t mbufs, std::size_t, int) {
  static bool done = false;
  if (done) return true;
  const std::size_t n = mbufs * rte_socket_count() + (rte_lcore_count() + 1) * Stock<Record>::kRoom;
  auto *memory = static_cast<std::uint8_t *>(rte_malloc("pmill-records", n * kStride, 64));
  if (memory == nullptr || !g_records.prepare(n, SOCKET_ID_ANY)) return false;
  for (std::size_t i = 0; i < n; ++i) {
    auto *b = new (memory + i * kStride) Record{};
    g_records.give(&b, 1);
  }
  return done = true;
}
inline BufferPool make_pool(rte_mempool *mbufs) {
  return new RecordPool{mbufs, Stock<Record>(g_records)};
}
inline void end_pool(BufferPool pool) { delete pool; }

}  // namespace buffer
}  // namespace pmill
