// SPDX-License-Identifier: BSD-3-Clause
// Lanes of slots, which a program exchanges with the driver that it contains: the metadata model
// xchange.
#include <rte_eal.h>
#include <unistd.h>

#include <pmill/xchg/queues.hh>

#include "lane.hh"

namespace pmill::xdp {
namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

struct Lane::Side {
  std::optional<xchg::DriverRx> rx;
  std::optional<xchg::DriverTx> tx;
};

Lane::Lane() : side_(std::make_unique<Side>()) {}
Lane::~Lane() = default;

bool Lane::begin(const Chunks &chunks, std::uint16_t, bool completes, std::uint32_t ring) {
  const xchg::xdp::Memory memory{chunks.memory.data(), chunks.bytes, completes};
  side_->rx.emplace(socket, memory);
  side_->tx.emplace(socket, memory);
  if (ring == 0) return true;
  Stock<Slot> stock(buffer::g_slots.depot);
  xchg::Dropping app(&stock);
  const bool enough = side_->rx->start(app);
  stock.empty();
  return enough;
}

void Lane::end() {
  constexpr unsigned kMilliseconds = 100;
  if (!side_->tx) return;
  Stock<Slot> stock(buffer::g_slots.depot);
  xchg::Sending app(&stock);
  usleep(1000);  // until whoever received a frame while receiving ended is done
  for (unsigned tries = 0; tries < kMilliseconds && side_->tx->held() != 0; ++tries) {
    side_->tx->push_out(app);
    side_->tx->reclaim(app);
    if (side_->tx->held() != 0) usleep(1000);
  }
  const auto give_back = [&](Buffer b) { stock.give(b); };
  runtime::state().kept_buffers += side_->rx->stop<xchg::Dropping>(give_back) + side_->tx->held();
  stock.empty();
}

PortCounts Lane::counts() const {
  if (!side_->rx) return {};
  const xchg::xdp::Counts &rx = side_->rx->counts(), &tx = side_->tx->counts();
  return {.rx_packets = rx.packets,
          .rx_bytes = rx.bytes,
          .tx_packets = tx.packets,
          .tx_bytes = tx.bytes,
          .tx_errors = tx.errors};
}

Chunks memory_of(const runtime::PortState &) {
  const auto &slots = buffer::g_slots;
  Chunks chunks;
  const std::size_t bytes = (slots.count * slots.stride + kPage - 1) / kPage * kPage;
  chunks.memory = {reinterpret_cast<std::byte *>(slots.memory), bytes};
  chunks.bytes = std::min(static_cast<std::uint32_t>(buffer::room_bytes()) + kHeadroom, kMostChunk);
  chunks.in_one_page = rte_eal_has_hugepages() != 0;
  return chunks;
}

void Connection::make(runtime::PortState &port, std::deque<Lane> &lanes) {
  for (Lane &lane : lanes) {
    port.exchanged_rx.push_back(&*lane.side().rx);
    port.exchanged_tx.push_back(&*lane.side().tx);
  }
  share_exchanged(port);
}

void Connection::end() {}

}  // namespace pmill::xdp
