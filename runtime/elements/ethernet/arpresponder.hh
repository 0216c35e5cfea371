// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/arp.hh>

namespace pmill::elements {

/// Answers ARP requests for IPv4 addresses.
///
/// Each argument is one or more prefixes or addresses and the Ethernet address to answer with;
/// the longest prefix that contains the address asked for decides. What is no request that can be
/// answered leaves on output 1 when that is connected and is dropped otherwise. Of the request's
/// annotations the answer keeps only VLAN_TCI.
/// @group ethernet
/// @example Classifier(12/0806 20/0001) -> ARPResponder(10.0.0.1 10.1.0.0/16 02:00:00:00:00:01) -> ToDPDKDevice(0);
struct ARPResponder {
  static constexpr Spec spec{.ports = "1/1-2", .processing = "a/ah", .resizes = true};

  struct Args {
    List<ArpEntry> table;  ///< `PREFIX… ETHER`: the addresses to answer for. @rest @lowering arp
  };

  struct State {
    Count drops;  ///< @drop(1) No ARP request, or not for one of these addresses.
  };

  static void push(auto &self, auto &packet) {
    const EtherAddress *owner =
        packet.length() >= sizeof(net::ArpFrame) ? find(self.args, frame(packet)) : nullptr;
    if (owner == nullptr) return reject<1>(self, packet, self.state.drops);
    answer(self, packet, *owner);
    emit<0>(self, packet);
  }

  PMILL_INLINE static net::ArpFrame &frame(auto &packet) {
    return *reinterpret_cast<net::ArpFrame *>(packet.data());
  }

  /// The address to answer with; nullptr when the frame asks for none of ours.
  PMILL_INLINE static const EtherAddress *find(const auto &args, const net::ArpFrame &frame) {
    if (!net::is_arp_request(frame)) return nullptr;
    const IPAddress asked(frame.arp.target_ip);
    for (const ArpEntry &entry : args.table)
      if (entry.prefix.contains(asked)) return &entry.address;
    return nullptr;
  }

  /// Makes the request the answer; what follows the ARP message, padding, is cut.
  PMILL_INLINE static void answer(auto &self, auto &packet, const EtherAddress &owner) {
    net::answer_arp(frame(packet), owner);
    packet.take(packet.length() - std::uint32_t{sizeof(net::ArpFrame)});
    packet.template renew_metadata<SelfOf<decltype(self)>::live>(meta::vlan_tci);
  }
};

}  // namespace pmill::elements
