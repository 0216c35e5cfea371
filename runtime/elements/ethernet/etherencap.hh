// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstring>
#include <pmill/element.hh>
#include <pmill/net/ether.hh>

namespace pmill::elements {

/// Puts an Ethernet header in front of packets.
/// @group ethernet
/// @example DecIPTTL -> EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:10:01) -> ToDPDKDevice(0);
struct EtherEncap {
  static constexpr Spec spec{.ports = "1/1",
                             .processing = "a/a",
                             .writes = meta::mac,
                             .resizes = true,
                             .passes = true,
                             .puts = 14};

  struct Args {
    std::uint16_t ethertype;  ///< EtherType. @writable
    EtherAddress src;         ///< Source address. @writable
    EtherAddress dst;         ///< Destination address. @writable
  };

  struct State {
    Count no_room;  ///< @drop The buffer is too small for the header.
  };

  static void push(auto &self, auto &packet) {
    if (!packet.push(sizeof(net::Ether))) [[unlikely]]
      return drop(self, packet, self.state.no_room);
    net::write_header(packet.data(), self.args.dst, self.args.src, self.args.ethertype);
    packet.set_mac(packet.data());
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
