// SPDX-License-Identifier: BSD-3-Clause
// Queues of mbufs, with a kernel that does as it is told: every frame comes out as it went in, and
// every buffer comes back.
#include <rte_eal.h>
#include <rte_mbuf.h>

#include <random>

#include "../../runtime/src/xdp/checksum.cc"
#include "../../runtime/src/xdp/queue.cc"
#include "../../runtime/src/xdp/socket.cc"
#include "kernel.hh"

namespace {

using pmill::xdp::Queue;
using Frame = std::vector<std::uint8_t>;

constexpr std::uint32_t kRing = 64;
constexpr unsigned kBuffers = 511;
std::mt19937 g_random(3);
unsigned below(unsigned n) { return static_cast<unsigned>(g_random()) % n; }

rte_mempool *pool(const char *name, unsigned room = 2048 + RTE_PKTMBUF_HEADROOM) {
  rte_mempool *made = rte_pktmbuf_pool_create(name, kBuffers, 0, 128, room, SOCKET_ID_ANY);
  CHECK(made != nullptr);
  return made;
}

struct Bench {
  pmill::xdp::Socket socket;
  explicit Bench(rte_mempool *from) : pool(from) {
    queue.chunks = pmill::xdp::chunks_of(from);
    queue.port = 5;
    kernel = std::make_unique<fake::Kernel>(queue.socket, queue.chunks.memory.data(), kRing);
    queue.owed = kRing;
    pmill::xdp::post_chunks(queue);
    CHECK(queue.owed == 0);
  }
  ~Bench() {
    while (!kernel->fill.empty()) free_chunk(kernel->fill.take());
    CHECK(rte_mempool_avail_count(pool) == kBuffers);
  }
  void free_chunk(std::uint64_t chunk) {
    rte_pktmbuf_free(
        reinterpret_cast<rte_mbuf *>(queue.chunks.memory.data() + chunk - queue.chunks.front));
  }
  std::uint16_t transmit(std::vector<rte_mbuf *> buffers) {
    return pmill::xdp::transmit_burst(&queue, buffers.data(),
                                      static_cast<std::uint16_t>(buffers.size()));
  }
  /// Lets all that is on its way out go, and takes the buffers back.
  std::deque<Frame> flush() {
    auto sent = kernel->send(kRing);
    CHECK(transmit({}) == 0);
    return sent;
  }

  rte_mempool *pool;
  Queue queue{socket};
  std::unique_ptr<fake::Kernel> kernel;
};

Frame some_frame(unsigned least = 14) {
  Frame frame(least + below(1500));
  for (auto &b : frame) b = static_cast<std::uint8_t>(g_random());
  return frame;
}

rte_mbuf *with(rte_mempool *pool, const Frame &frame) {
  rte_mbuf *b = rte_pktmbuf_alloc(pool);
  std::memcpy(rte_pktmbuf_append(b, static_cast<std::uint16_t>(frame.size())), frame.data(),
              frame.size());
  return b;
}

/// What comes in goes out, moved and cut a little as elements do, in uneven steps.
void check_forwarding(rte_mempool *pool) {
  Bench bench(pool);
  std::deque<Frame> expected;
  std::deque<rte_mbuf *> waiting;
  unsigned sent = 0;
  for (unsigned round = 0; round < 20'000; ++round) {
    for (unsigned i = below(40); i-- > 0;) {
      Frame frame = some_frame();
      if (bench.kernel->receive(frame)) expected.push_back(std::move(frame));
    }
    rte_mbuf *got[48];
    const unsigned n =
        pmill::xdp::receive_burst(&bench.queue, got, static_cast<std::uint16_t>(1 + below(48)));
    for (unsigned i = 0; i < n; ++i) {
      CHECK(got[i]->port == 5 && got[i]->nb_segs == 1 && got[i]->next == nullptr);
      CHECK(got[i]->pkt_len == got[i]->data_len && got[i]->ol_flags == 0);
      const std::size_t at = expected.size() - bench.kernel->received.at().producer +
                             bench.kernel->received.at().consumer - n + i;
      rte_pktmbuf_adj(got[i], 4);  // moved by more than chunks are told
      expected[at].erase(expected[at].begin(), expected[at].begin() + 4);
      rte_pktmbuf_trim(got[i], 2);
      expected[at].resize(expected[at].size() - 2);
      waiting.push_back(got[i]);
    }
    std::vector<rte_mbuf *> burst(
        waiting.begin(), waiting.begin() + below(static_cast<unsigned>(waiting.size()) + 1));
    const unsigned taken = bench.transmit(burst);
    CHECK(taken <= burst.size());
    waiting.erase(waiting.begin(), waiting.begin() + taken);
    for (const Frame &frame : bench.kernel->send(below(80))) {
      CHECK(frame == expected.front());
      expected.pop_front();
      ++sent;
    }
  }
  CHECK(sent > 100'000);
  for (rte_mbuf *b : waiting) rte_pktmbuf_free(b);
  rte_mbuf *got[kRing];
  for (unsigned n; (n = pmill::xdp::receive_burst(&bench.queue, got, kRing)) != 0;)
    rte_pktmbuf_free_bulk(got, n);
  bench.flush();
  bench.flush();
  CHECK(bench.queue.received.packets >= sent && bench.queue.transmitted.errors == 0);
}

/// Buffers that the kernel cannot read in place are copied, and those that nobody can are counted.
void check_copies(rte_mempool *own, rte_mempool *other, rte_mempool *large) {
  Bench bench(own);
  const Frame frame = some_frame(60);
  CHECK(bench.transmit({with(other, frame)}) == 1);
  CHECK(rte_mempool_avail_count(other) == kBuffers);  // given back at once

  rte_mbuf *shared = with(own, frame);
  rte_mbuf_refcnt_update(shared, 1);
  CHECK(bench.transmit({shared}) == 1);
  CHECK(rte_mbuf_refcnt_read(shared) == 1);

  const Frame tail = some_frame(), head(frame.begin(), frame.begin() + 30);
  rte_mbuf *chain = with(own, head);
  CHECK(rte_pktmbuf_chain(chain, with(other, head)) == 0);
  CHECK(bench.transmit({chain, with(own, tail)}) == 2);

  rte_mbuf *clone = rte_pktmbuf_clone(shared, own);
  CHECK(bench.transmit({clone}) == 1);

  Frame twice = head;
  twice.insert(twice.end(), head.begin(), head.end());
  CHECK(bench.flush() == (std::deque<Frame>{frame, frame, twice, tail, frame}));
  rte_pktmbuf_free(shared);
  CHECK(bench.queue.transmitted.errors == 0 && bench.queue.transmitted.packets == 5);

  rte_mbuf *endless = rte_pktmbuf_alloc(large);
  CHECK(rte_pktmbuf_append(endless, 5000) != nullptr);
  CHECK(bench.transmit({with(own, {}), endless, with(own, tail)}) == 3);
  CHECK(bench.flush() == std::deque<Frame>{tail});
  CHECK(bench.queue.transmitted.errors == 2 && bench.queue.transmitted.packets == 6);
  CHECK(rte_mempool_avail_count(other) == kBuffers && rte_mempool_avail_count(large) == kBuffers);
}

/// Without a buffer nothing is posted, and what is owed is posted when there is one again.
void check_scarcity(rte_mempool *pool) {
  Bench bench(pool);
  std::vector<rte_mbuf *> all;
  while (rte_mbuf *b = rte_pktmbuf_alloc(pool)) all.push_back(b);
  unsigned received = 0;
  while (bench.kernel->receive(some_frame())) ++received;
  CHECK(received == kRing);
  rte_mbuf *got[kRing];
  CHECK(pmill::xdp::receive_burst(&bench.queue, got, kRing) == kRing);
  CHECK(bench.queue.owed == kRing && !bench.kernel->receive(some_frame()));
  rte_pktmbuf_free_bulk(got, kRing);
  CHECK(pmill::xdp::receive_burst(&bench.queue, got, kRing) == 0);
  CHECK(bench.queue.owed == 0 && bench.kernel->receive(some_frame()));
  CHECK(pmill::xdp::receive_burst(&bench.queue, got, kRing) == 1);
  rte_pktmbuf_free(got[0]);
  rte_pktmbuf_free_bulk(all.data(), static_cast<unsigned>(all.size()));
}

}  // namespace

int main(int argc, char **argv) {
  if (rte_eal_init(argc, argv) < 0) return 1;
  rte_mempool *own = pool("own"), *other = pool("other"), *large = pool("large", 8192);
  check_forwarding(own);
  check_copies(own, other, large);
  check_scarcity(own);
}
