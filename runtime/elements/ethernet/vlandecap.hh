// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/vlan.hh>

namespace pmill::elements {

/// Takes the VLAN tag (IEEE 802.1Q) out of Ethernet frames.
///
/// With ANNO, priority and VLAN of the tag go to the VLAN annotation, 0 when there is no tag. A
/// frame without one, or with a part of one only, passes unchanged.
/// @group ethernet
/// @example FromDPDKDevice(0) -> VLANDecap -> Strip(14) -> CheckIPHeader -> Discard;
struct VLANDecap {
  static constexpr Spec spec{
      .ports = "1/1", .processing = "a/a", .writes = meta::mac, .resizes = true};

  struct Args {
    bool anno = true;                  ///< Whether to set the annotation. @positional
                                       ///< @sets vlan_tci
    std::uint16_t ethertype = 0x8100;  ///< The type of tags that are taken out.
  };

  static void push(auto &self, auto &packet) {
    std::uint16_t tci = 0;  // in network order
    if (const auto *tag = net::find_tag(packet.data(), packet.length(), self.args.ethertype)) {
      tci = tag->tci;
      net::move_addresses(packet.data(), sizeof *tag);
      packet.pull(sizeof *tag);
      packet.set_mac(packet.data());
    }
    if (self.args.anno) packet.set(meta::vlan_tci, tci);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
