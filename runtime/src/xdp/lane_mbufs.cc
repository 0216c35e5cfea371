// SPDX-License-Identifier: BSD-3-Clause
// Lanes of mbufs: DPDK's inlined functions find them, because they are in its tables of ports.
#include "lane.hh"

namespace pmill::xdp {

struct Lane::Side {
  explicit Side(Socket &socket) : queue(socket) {}
  Queue queue;
};

Lane::Lane() : side_(std::make_unique<Side>(socket)) {}
Lane::~Lane() = default;

bool Lane::begin(const Chunks &chunks, std::uint16_t port, bool completes, std::uint32_t ring) {
  Queue &q = side_->queue;
  q.chunks = chunks;
  q.port = port;
  q.completes = completes;
  q.owed = ring;
  post_chunks(q);
  return q.owed == 0;
}

void Lane::end() { drain(side_->queue); }

PortCounts Lane::counts() const {
  const Queue &q = side_->queue;
  return {.rx_packets = q.received.packets,
          .rx_bytes = q.received.bytes,
          .tx_packets = q.transmitted.packets,
          .tx_bytes = q.transmitted.bytes,
          .tx_errors = q.transmitted.errors};
}

Chunks memory_of(const runtime::PortState &port) {
  return chunks_of(runtime::mbufs_of(runtime::pool_socket(port)));
}

void Connection::make(runtime::PortState &port, std::deque<Lane> &lanes) {
  for (Lane &lane : lanes) queues_.push_back(&lane.side().queue);
  no_callbacks_.resize(lanes.size());
  number_ = port.id;
  struct rte_eth_fp_ops &functions = rte_eth_fp_ops[number_];
  before_ = functions;
  functions.rx_pkt_burst = receive_burst;
  functions.tx_pkt_burst = transmit_burst;
  functions.rxq = functions.txq = {queues_.data(), no_callbacks_.data()};
  made_ = true;
}

void Connection::end() {
  if (made_) rte_eth_fp_ops[number_] = before_;
  made_ = false;
}

}  // namespace pmill::xdp
