// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/net/transport_check.hh>
#include <pmill/text.hh>

namespace pmill::net {

std::string_view fault_text(std::string_view protocol, TransportFault fault) {
  const bool is_tcp = protocol == "TCP", is_udp = protocol == "UDP";
  switch (fault) {
    case TransportFault::protocol:
      return is_tcp ? "not TCP" : is_udp ? "not UDP" : "not ICMP";
    case TransportFault::length:
      return "bad packet length";
    case TransportFault::fragment:
      return "fragment";
    case TransportFault::checksum:
      return is_tcp ? "bad TCP checksum" : is_udp ? "bad UDP checksum" : "bad ICMP checksum";
    default:
      return "";
  }
}

void report_fault(std::string_view name, std::string_view protocol, TransportFault fault) {
  TextLine(stderr)
      .text(name)
      .text(": ")
      .text(protocol)
      .text(" header check failed: ")
      .text(fault_text(protocol, fault));
}

}  // namespace pmill::net
