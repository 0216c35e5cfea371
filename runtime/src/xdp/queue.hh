// SPDX-License-Identifier: BSD-3-Clause
// A queue whose frames are mbufs: the data rooms of a pool's mbufs are the chunks of the UMEM, so
// that buffers change hands and no byte is copied but by the kernel.
#pragma once

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <pmill/xdp/checksum.hh>
#include <pmill/xdp/socket.hh>

namespace pmill::xdp {

/// The memory of a pool, as whole pages, and what of a buffer is a chunk.
struct Chunks {
  rte_mempool *pool = nullptr;
  std::span<std::byte> memory;
  std::uint32_t bytes = 0;   // of a chunk
  std::uint32_t front = 0;   // bytes from an mbuf to its chunk
  bool in_one_page = false;  // or in pages that follow each other for devices, too
};
/// Looks at a pool. Of long buffers only the beginning is a chunk.
Chunks chunks_of(rte_mempool *pool);

/// What a queue has counted; each number is written by one thread.
struct QueueCounts {
  std::uint64_t packets = 0, bytes = 0, errors = 0;
};

struct Queue {
  explicit Queue(Socket &s) : socket(s) {}
  Socket &socket;
  Chunks chunks;
  std::uint16_t port = 0;
  bool completes = false;  // checksums that senders on this machine have left unfinished

  // The receiving thread's.
  alignas(64) std::uint32_t owed = 0;  // chunks that are to be posted
  QueueCounts received;
  // The transmitting thread's.
  alignas(64) QueueCounts transmitted;
};

/// Posts as many of the chunks that are owed as there are buffers for.
void post_chunks(Queue &queue);
/// DPDK's receive function: takes up to `most` frames.
std::uint16_t receive_burst(void *queue, rte_mbuf **buffers, std::uint16_t most);
/// DPDK's transmit function: hands over up to `count` frames, and returns how many.
std::uint16_t transmit_burst(void *queue, rte_mbuf **buffers, std::uint16_t count);
/// Waits until the kernel has transmitted what it was given, 100 ms at most.
void drain(Queue &queue);
}  // namespace pmill::xdp
