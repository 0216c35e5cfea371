// SPDX-License-Identifier: BSD-3-Clause
// What the rest of the runtime calls in a program that has ports on AF_XDP sockets.
#include <algorithm>

#include "port.hh"

namespace pmill::xdp {
namespace {

using runtime::kXdpPrefix;

/// Two VLAN tags and the Ethernet header.
constexpr std::uint32_t kMostHeaders = 14 + 2 * 4;

// A deque, so that ports stay where they are; it ends with the program, and takes what is attached
// off its interfaces.
std::deque<Port> &all_ports() {
  static std::deque<Port> all;
  return all;
}

Port *known(std::string_view name) {
  for (Port &port : all_ports())
    if (port.interface().name == name) return &port;
  return nullptr;
}

/// The port of an element; nullptr where it allows that there is none.
template <typename Request>
Port *port_of(const Setup::Entry<Request> &entry) {
  if (!entry.port.starts_with(kXdpPrefix)) return nullptr;
  const std::string name = entry.port.substr(kXdpPrefix.size());
  if (Port *port = known(name); port != nullptr) return port;
  if (entry.request.allow_nonexistent && !exists(name)) return nullptr;
  Port &port = all_ports().emplace_back(entry.label, name);
  const std::uint32_t most = kMostChunk - kHeadroom - kMostHeaders;
  if (port.interface().mtu > most && name != "lo")
    fail(entry.label,
         "the interface " + runtime::quoted(name) + " has an MTU of " +
             std::to_string(port.interface().mtu) + ", and an AF_XDP socket receives frames of " +
             std::to_string(kMostChunk - kHeadroom) + " bytes at most",
         "ip link set " + name + " mtu 1500");
  return &port;
}

void claim_interfaces(const Setup &setup, const Options &options) {
  for (const auto &entry : setup.transmit()) port_of(entry);
  for (const auto &entry : setup.receive())
    if (Port *port = port_of(entry); port != nullptr) {
      if (options.simulated)
        fail(entry.label,
             "a simulated clock cannot serve a real network: the peers have the real time",
             "leave --simtime out, or test with captures: FromDump and ToDump");
      port->claim(entry.label);
    }
}

std::size_t frame_bytes() {
  std::uint32_t chunk = kLeastChunk;
  for (const Port &port : all_ports())
    chunk = std::max(chunk, std::min(kHeadroom + port.interface().mtu + kMostHeaders, kMostChunk));
  return chunk - RTE_PKTMBUF_HEADROOM;
}

std::size_t ring_buffers() {
  std::size_t sum = 0;
  for (const Port &port : all_ports())
    sum += (port.interface().receive_queues + port.interface().transmit_queues) *
           usual_ring(port.interface());
  return sum;
}

bool make_port(std::string_view interface, runtime::PortState &state) {
  Port *const port = known(interface);
  if (port == nullptr) return false;
  state.driver = port;
  state.fills_all = true;
  state.info.driver_name = "AF_XDP";
  const Interface &i = port->interface();
  state.info.max_rx_queues = static_cast<std::uint16_t>(i.receive_queues);
  state.info.max_tx_queues = static_cast<std::uint16_t>(i.transmit_queues);
  state.info.default_rxportconf.ring_size = state.info.default_txportconf.ring_size = usual_ring(i);
  state.socket = i.numa_node;
  return true;
}

[[maybe_unused]] const bool g_hooked = [] {
  runtime::state().xdp = {claim_interfaces, frame_bytes, ring_buffers, make_port};
  return true;
}();

}  // namespace
}  // namespace pmill::xdp
