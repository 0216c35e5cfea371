// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/vlan.hh>

namespace pmill::elements {

/// Removes the Ethernet header, with its VLAN tag (IEEE 802.1Q) if there is one.
///
/// The MAC header is marked, and priority and VLAN go to the VLAN annotation: NATIVE_VLAN when
/// there is no tag. Frames without a tag when NATIVE_VLAN is -1, and packets without a whole
/// header, leave on output 1 when that is connected and are dropped otherwise.
/// @group ethernet
/// @example FromDPDKDevice(0) -> StripEtherVLANHeader -> CheckIPHeader -> Discard;
struct StripEtherVLANHeader {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .writes = meta::mac | meta::vlan_tci,
                             .cold = outputs(1),
                             .resizes = true};

  struct Args {
    std::int32_t native_vlan = 0;  ///< The VLAN of frames without a tag; -1: they are refused.
                                   ///< @positional @range -1 4095
  };

  struct State {
    Count no_tag;     ///< @drop(1) The frame has no tag, and NATIVE_VLAN is -1.
    Count no_header;  ///< @drop(1) The packet is too short for the header.
  };

  static void push(auto &self, auto &packet) {
    if (packet.length() < sizeof(net::Ether)) [[unlikely]]
      return reject<1>(self, packet, self.state.no_header);
    std::uint32_t header = sizeof(net::Ether);
    auto tci = net16(static_cast<std::uint16_t>(self.args.native_vlan));
    if (net::ether(packet.data())->type == net16(net::kEtherTypeVLAN)) {
      const auto *tag = net::find_tag(packet.data(), packet.length(), net::kEtherTypeVLAN);
      if (tag == nullptr) [[unlikely]]
        return reject<1>(self, packet, self.state.no_header);
      tci = tag->tci;
      header += sizeof *tag;
    } else if (self.args.native_vlan < 0) {
      return reject<1>(self, packet, self.state.no_tag);
    }
    packet.set_mac(packet.data());
    packet.set(meta::vlan_tci, tci);
    packet.pull(header);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
