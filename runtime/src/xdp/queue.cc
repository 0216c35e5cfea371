// SPDX-License-Identifier: BSD-3-Clause
#include "queue.hh"

#include <rte_eal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <pmill/attributes.hh>

namespace pmill::xdp {
namespace {

/// Chunks are posted so many at a time.
constexpr std::uint32_t kBatch = 32;

PMILL_INLINE rte_mbuf *buffer_at(const Chunks &chunks, std::uint64_t chunk) {
  return reinterpret_cast<rte_mbuf *>(chunks.memory.data() + chunk - chunks.front);
}

PMILL_INLINE std::uint64_t chunk_of(const Queue &q, const rte_mbuf *b) {
  return static_cast<std::uint64_t>(static_cast<std::byte *>(b->buf_addr) - q.chunks.memory.data());
}

/// Makes the mbuf of a received frame tell of it; in a pool they have one segment and one owner.
PMILL_INLINE void tell(const Queue &q, rte_mbuf *b, const xdp_desc &frame) {
  b->data_off = static_cast<std::uint16_t>(Address{frame.addr}.offset());
  b->port = q.port;
  b->ol_flags = 0;
  b->packet_type = 0;
  b->vlan_tci = 0;
  b->pkt_len = frame.len;
  b->data_len = static_cast<std::uint16_t>(frame.len);
}

/// Takes back the buffers of frames that the kernel has transmitted.
void reclaim(Queue &q) {
  constexpr std::uint32_t kMost = 64;
  rte_mbuf *done[kMost];
  while (const std::uint32_t n = q.socket.completed.available(kMost)) {
    for (std::uint32_t i = 0; i < n; ++i)
      done[i] = buffer_at(q.chunks, Address{q.socket.completed.at(i)}.chunk());
    q.socket.completed.release(n);
    rte_mempool_put_bulk(q.chunks.pool, reinterpret_cast<void *const *>(done), n);
    if (n < kMost) break;
  }
}

/// Whether the kernel may read a frame where it is: in the UMEM, with nobody else to read it.
PMILL_INLINE bool is_chunk(const Queue &q, const rte_mbuf *b) {
  return b->pool == q.chunks.pool && RTE_MBUF_DIRECT(b) && b->nb_segs == 1 &&
         rte_mbuf_refcnt_read(b) == 1;
}

/// A frame of another pool, of several segments or with several owners, copied into a chunk;
/// nullptr when there is none, or it is too short.
[[gnu::noinline]] rte_mbuf *copy(const Queue &q, const rte_mbuf *b) {
  rte_mbuf *const made = rte_pktmbuf_alloc(q.chunks.pool);
  if (made == nullptr) return nullptr;
  char *const room = rte_pktmbuf_append(made, static_cast<std::uint16_t>(b->pkt_len));
  if (room != nullptr && b->pkt_len <= UINT16_MAX) {
    const void *data = rte_pktmbuf_read(b, 0, b->pkt_len, room);
    if (data != nullptr && data != room) std::memcpy(room, data, b->pkt_len);
    return made;
  }
  rte_pktmbuf_free(made);
  return nullptr;
}

/// Has the kernel transmit all that was submitted, as far as it takes frames: it takes some at a
/// time, and none for a moment when the interface is busy.
void push_out(Queue &q) {
  constexpr unsigned kMostVainTries = 256;
  for (unsigned vain = 0; vain < kMostVainTries && q.socket.transmit.asleep();) {
    const std::uint32_t waiting = q.socket.transmit.waiting();
    if (waiting == 0) return;
    const bool took = q.socket.wake_transmitter();
    if (!took && errno != EAGAIN && errno != EBUSY && errno != ENOBUFS && errno != EINTR) return;
    reclaim(q);
    vain = q.socket.transmit.waiting() < waiting ? 0 : vain + 1;
  }
}

}  // namespace

Chunks chunks_of(rte_mempool *pool) {
  Chunks chunks;
  chunks.pool = pool;
  std::uintptr_t low = UINTPTR_MAX, high = 0;
  const rte_mempool_memhdr *header = nullptr;
  STAILQ_FOREACH(header, &pool->mem_list, next) {
    const auto begin = reinterpret_cast<std::uintptr_t>(header->addr);
    low = std::min(low, begin);
    high = std::max(high, begin + header->len);
  }
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  low = low / page * page;
  high = (high + page - 1) / page * page;
  chunks.memory = {reinterpret_cast<std::byte *>(low), high - low};
  chunks.front = sizeof(rte_mbuf) + rte_pktmbuf_priv_size(pool);
  chunks.bytes = std::min<std::uint32_t>(rte_pktmbuf_data_room_size(pool), kMostChunk);
  chunks.in_one_page = rte_eal_has_hugepages() != 0 || chunks.front + chunks.bytes <= page;
  return chunks;
}

void post_chunks(Queue &q) {
  rte_mbuf *fresh[kBatch];
  while (q.owed != 0) {
    const std::uint32_t n = q.socket.fill.room(std::min(q.owed, kBatch));
    if (n == 0 || rte_mempool_get_bulk(q.chunks.pool, reinterpret_cast<void **>(fresh), n) != 0)
      return;
    for (std::uint32_t i = 0; i < n; ++i) q.socket.fill.at(i) = chunk_of(q, fresh[i]);
    q.socket.fill.submit(n);
    q.owed -= n;
  }
}

std::uint16_t receive_burst(void *queue, rte_mbuf **buffers, std::uint16_t most) {
  Queue &q = *static_cast<Queue *>(queue);
  const std::uint32_t n = q.socket.received.available(most);
  // Values of their own: buffers are written in between.
  const auto received = q.socket.received;
  const Chunks chunks = q.chunks;
  std::uint64_t bytes = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    const xdp_desc frame = received.at(i);
    rte_mbuf *const b = buffer_at(chunks, Address{frame.addr}.chunk());
    tell(q, b, frame);
    bytes += frame.len;
    buffers[i] = b;
    if (q.completes) complete_checksum(rte_pktmbuf_mtod(b, std::uint8_t *), frame.len);
  }
  if (n != 0) {
    q.socket.received.release(n);
    q.received.packets += n;
    q.received.bytes += bytes;
    q.owed += n;
  }
  if (q.owed >= kBatch || n == 0) post_chunks(q);
  if (n == 0) q.socket.idle();
  return static_cast<std::uint16_t>(n);
}

std::uint16_t transmit_burst(void *queue, rte_mbuf **buffers, std::uint16_t count) {
  Queue &q = *static_cast<Queue *>(queue);
  reclaim(q);
  const std::uint32_t room = q.socket.transmit.room(count);
  auto ring = q.socket.transmit;
  std::uint64_t bytes = 0;
  std::uint32_t taken = 0, entries = 0;
  for (; taken < room; ++taken) {
    rte_mbuf *b = buffers[taken];
    const bool fits = b->pkt_len - 1 < q.chunks.bytes;  // the kernel would lose track of others
    if (!fits || !is_chunk(q, b)) [[unlikely]] {
      rte_mbuf *const copied = fits ? copy(q, b) : nullptr;
      rte_pktmbuf_free(b);
      if (copied == nullptr) {
        ++q.transmitted.errors;
        continue;
      }
      b = copied;
    }
    xdp_desc &frame = ring.at(entries++);
    frame.addr = Address::of(chunk_of(q, b), b->data_off).word;
    frame.len = b->data_len;
    frame.options = 0;
    bytes += b->data_len;
  }
  q.transmitted.packets += entries;
  q.transmitted.bytes += bytes;
  if (entries != 0) q.socket.transmit.submit(entries);
  push_out(q);
  return static_cast<std::uint16_t>(taken);
}

void drain(Queue &q) {
  constexpr unsigned kMilliseconds = 100;
  for (unsigned tries = 0; tries < kMilliseconds; ++tries) {
    push_out(q);
    reclaim(q);
    if (q.socket.transmit.waiting() == 0) return;
    usleep(1000);
  }
}

}  // namespace pmill::xdp
