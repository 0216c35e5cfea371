// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstdio>
#include <pmill/net/ip_output.hh>
#include <pmill/net/route.hh>
#include <pmill/text.hh>

namespace pmill::net {

void report_broadcast() { TextLine(stderr).text("DropBroadcasts: dropped a packet"); }

void report_no_route(std::string_view element, IPAddress destination) {
  TextLine(stderr).text(element).text(": no route for ").address(destination);
}

void set_source(IPv4 &ip, std::uint32_t available, IPAddress source) {
  ip.source_address = source.value;
  set_checksum(ip, std::clamp(ip.header_bytes(), IPv4::kBytes, available));
}

}  // namespace pmill::net
