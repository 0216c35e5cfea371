// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <pmill/element.hh>
#include <pmill/net/icmp.hh>
#include <pmill/net/ip.hh>

namespace pmill::elements {

/// Sends every packet back: source and destination change places, also of TCP and UDP, and an ICMP
/// query becomes the answer. Sums stay right.
/// @group test
/// @example CheckIPHeader -> RemoteEnd -> Discard;
struct RemoteEnd {
  static constexpr Spec spec{.reads = meta::network};

  static void push(auto &self, auto &packet) {
    net::IPv4 *ip = net::ipv4(packet);
    if (ip != nullptr && net::bytes_from(packet, ip) >= ip->header_bytes() + 8) turn(*ip);
    emit<0>(self, packet);
  }

 private:
  static void turn(net::IPv4 &ip) {
    const std::uint32_t source = ip.source_address;
    ip.source_address = ip.destination_address;
    ip.destination_address = source;
    std::uint8_t *const at = reinterpret_cast<std::uint8_t *>(&ip) + ip.header_bytes();
    if (ip.protocol == net::kIcmp) {
      auto &icmp = *reinterpret_cast<net::Icmp *>(at);
      if (icmp.type != net::kEcho) return;
      icmp.type = net::kEchoReply;
      std::uint32_t sum = icmp.checksum + 8U;  // as it lies in memory, the type is the low byte
      icmp.checksum = static_cast<std::uint16_t>((sum & 0xffff) + (sum >> 16));
    } else {
      std::swap_ranges(at, at + 2, at + 2);
    }
  }
};

}  // namespace pmill::elements
