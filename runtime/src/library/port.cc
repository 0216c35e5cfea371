// SPDX-License-Identifier: BSD-3-Clause
#include "port.hh"

#include <algorithm>

#include "../device_wishes.hh"

namespace pmill::library {
namespace {

using runtime::PortState;

/// DPDK's receive function of such a port.
std::uint16_t receive_burst(void *queue, rte_mbuf **buffers, std::uint16_t most) {
  Intake &in = *static_cast<Intake *>(queue);
  const unsigned n = std::min<unsigned>(most, in.left);
  for (unsigned i = 0; i < n; ++i) {
    buffers[i] = in.next[i];
    in.bytes += buffers[i]->pkt_len;
  }
  in.next += n;
  in.left -= n;
  in.packets += n;
  return static_cast<std::uint16_t>(n);
}

/// DPDK's transmit function of such a port: it takes everything.
std::uint16_t transmit_burst(void *queue, rte_mbuf **buffers, std::uint16_t count) {
  Outlet &out = *static_cast<Outlet *>(queue);
  out.packets.insert(out.packets.end(), buffers, buffers + count);
  for (unsigned i = 0; i < count; ++i) out.bytes += buffers[i]->pkt_len;
  out.sent += count;
  return count;
}

/// A number that neither a device nor another library has; RTE_MAX_ETHPORTS when there is none.
/// The table's last entry is left alone: by it the others are seen to be unused.
std::uint16_t free_number() {
  constexpr std::uint16_t kLast = RTE_MAX_ETHPORTS - 1;
  const auto unused = rte_eth_fp_ops[kLast].rx_pkt_burst;
  for (std::uint16_t id = kLast; id-- > 0;) {
    const auto mine = [=](const Port &port) { return port.number() == id; };
    if (!rte_eth_dev_is_valid_port(id) && rte_eth_fp_ops[id].rx_pkt_burst == unused &&
        std::none_of(all_ports().begin(), all_ports().end(), mine))
      return id;
  }
  return RTE_MAX_ETHPORTS;
}

/// What only a device can do is the matter of whoever has it. Hashes come with the packets.
void refuse_options(const PortState &port) {
  runtime::refuse_wishes(
      port, [](std::string_view option, const auto &) { return option == "RSS_AGGREGATE"; },
      [](const std::string &label, const std::string &option) {
        fail(label, option + " is an option of a device, and a library has none",
             "leave it out, and let the application set its ports up");
      });
}

/// Workers run in threads of the application's, and none of them is to wait for another.
void refuse_shared(const PortState &port, const std::deque<runtime::QueueUse> &uses,
                   const std::string &label) {
  for (const runtime::QueueUse &use : uses)
    if (use.workers.size() > 1)
      fail(label,
           "workers share a queue of port " + port.name + ", and in a library each has its own",
           "leave QUEUE, N_QUEUES, MAXQUEUES and SCALE out");
}

}  // namespace

void Outlet::clear() {
  if (!taken && !packets.empty()) {
    left += packets.size();
    rte_pktmbuf_free_bulk(packets.data(), static_cast<unsigned>(packets.size()));
  }
  packets.clear();
  taken = false;
}

std::deque<Port> &all_ports() {
  static std::deque<Port> all;
  return all;
}

bool make_port(std::string_view, PortState &state) {
  const std::uint16_t number = free_number();
  if (number == RTE_MAX_ETHPORTS) return false;
  state.id = number;
  state.driver = &all_ports().emplace_back(number);
  state.info.driver_name = "application";
  state.info.max_rx_queues = state.info.max_tx_queues = RTE_MAX_QUEUES_PER_PORT;
  return true;
}

void Port::configure(PortState &port) {
  refuse_options(port);
  if (!port.receivers.empty()) refuse_shared(port, port.rx_users, port.receivers.front()->label);
  if (!port.transmitters.empty())
    refuse_shared(port, port.tx_users, port.transmitters.front()->label);
  intakes_by_worker_.resize(runtime::state().worker_count);
  outlets_by_worker_.resize(runtime::state().worker_count);
  for (unsigned q = 0; q < port.rx_queues; ++q) {
    receives_.push_back(&intakes_.emplace_back());
    if (q < port.rx_users.size())
      for (const unsigned w : port.rx_users[q].workers)
        intakes_by_worker_[w].push_back(&intakes_.back());
  }
  for (unsigned q = 0; q < port.tx_queues; ++q) {
    transmits_.push_back(&outlets_.emplace_back());
    if (q < port.tx_users.size())
      for (const unsigned w : port.tx_users[q].workers)
        outlets_by_worker_[w].push_back(&outlets_.back());
  }
  no_callbacks_.resize(std::max(port.rx_queues, port.tx_queues));
  struct rte_eth_fp_ops &functions = rte_eth_fp_ops[number_];
  before_ = functions;
  functions.rx_pkt_burst = receive_burst;
  functions.tx_pkt_burst = transmit_burst;
  functions.rxq = {receives_.data(), no_callbacks_.data()};
  functions.txq = {transmits_.data(), no_callbacks_.data()};
  connected_ = true;
}

PortCounts Port::counts() {
  PortCounts sum;
  for (const Intake &in : intakes_) sum.rx_packets += in.packets, sum.rx_bytes += in.bytes;
  for (const Outlet &out : outlets_) {
    sum.tx_packets += out.sent - out.left, sum.tx_bytes += out.bytes;
    sum.tx_errors += out.left;
  }
  return sum;
}

void Port::stop() {
  for (Outlet &out : outlets_) out.clear();
  if (connected_) rte_eth_fp_ops[number_] = before_;
  connected_ = false;
}

}  // namespace pmill::library
