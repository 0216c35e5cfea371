// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Sets the packet type as a device would: by the frame's destination address.
///
/// Captures say nothing of it, and tests of DropBroadcasts need it.
/// @group test
/// @example FromDump(in.pcap) -> TypeByAddress -> DropBroadcasts -> Discard;
struct TypeByAddress {
  static constexpr Spec spec{.writes = meta::type};

  static void push(auto &self, auto &packet) {
    const bool group = packet.length() != 0 && (packet.data()[0] & 1) != 0;
    const bool everybody = group && packet.data()[0] == 0xff;
    packet.set_type(everybody ? PacketType::broadcast
                              : (group ? PacketType::multicast : PacketType::host));
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
