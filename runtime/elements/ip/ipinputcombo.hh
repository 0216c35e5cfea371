// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/ip_check.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Does what every IP router does with an Ethernet frame it received.
///
/// The same as Paint(COLOR) -> Strip(14) -> CheckIPHeader(CHECKSUM true) with the other arguments,
/// but in one element. Bad packets are dropped.
/// @group ip
/// @example FromDPDKDevice(0) -> IPInputCombo(1, INTERFACES 10.0.0.1/24) -> Discard;
struct IPInputCombo {
  static constexpr Spec spec{.writes = meta::paint | meta::network | meta::transport | meta::dst_ip,
                             .resizes = true,
                             .checks = true};

  struct Args {
    std::uint8_t color;              ///< The paint.
    List<IPAddress> badsrc = {};     ///< Packets from these addresses are bad. @positional
    List<IPPrefix> interfaces = {};  ///< The router's addresses with their networks. @bare
    List<IPAddress> gooddst = {};    ///< Packets to these addresses may come from bad sources.
  };

  struct State {
    Count drops;              ///< @read Bad packets, for whatever reason.
    Count tiny_packet;        ///< @drop The packet is too short for a header.
    Count bad_version;        ///< @drop The IP version is not 4.
    Count bad_header_length;  ///< @drop The header says it is shorter than 20 bytes.
    Count bad_length;         ///< @drop The IP length is wrong, or longer than the packet.
    Count bad_checksum;       ///< @drop The header checksum is wrong.
    Count bad_source;         ///< @drop The source address is no sender's.
  };

  static void push(auto &self, auto &packet) {
    constexpr std::uint32_t kEtherBytes = 14;
    packet.set(meta::paint, self.args.color);
    if (packet.length() >= kEtherBytes) [[likely]]
      packet.pull(kEtherBytes);
    else
      packet.pull(packet.length());
    const std::uint32_t available = packet.length();
    const auto plain = net::check_plain(packet, 0, available, true, self.args);
    if (!plain.good) [[unlikely]]
      return check_any<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    net::accept(packet, packet.data(), available, net::IPv4::kBytes, plain.length);
    emit<0>(self, packet);
  }

 private:
  /// Headers with options, and headers that are wrong.
  template <typename S, typename P>
  PMILL_COLD static void check_any(S self, P packet) {
    auto *header = packet.data();
    const auto fault = net::find_fault(header, packet.length(), true, self.args);
    if (fault != net::HeaderFault::none)
      return drop(self, packet, net::note_fault(self.state, fault, self.name, false));
    const net::IPv4 &ip = *net::ipv4(header);
    net::accept(packet, header, packet.length(), ip.header_bytes(), ip.total_bytes());
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
