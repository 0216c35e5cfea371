// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <pmill/element.hh>
#include <pmill/net/ether.hh>
#include <pmill/net/packet_type.hh>

namespace pmill::elements {

/// Passes the frames that a network card with the address ETHER would pass, and sets their type.
///
/// The packet type becomes host (sent to ETHER), broadcast, multicast, or other_host; with
/// DROP_OWN, frames from ETHER are outgoing. What is refused leaves on output 1 when that is
/// connected and is dropped otherwise.
/// @group ethernet
/// @example FromDPDKDevice(0) -> HostEtherFilter(02:00:00:00:00:01) -> Strip(14) -> CheckIPHeader -> DropBroadcasts -> Discard;
struct HostEtherFilter {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .writes = meta::type,
                             .cold = outputs(1),
                             .passes = true};

  struct Args {
    EtherAddress ether;        ///< The address of this host. @writable
    bool drop_own = false;     ///< Refuse frames from ETHER. @positional
    bool drop_other = true;    ///< Refuse frames to other hosts. @positional
    std::uint32_t offset = 0;  ///< Where the Ethernet header begins.
  };

  struct State {
    Count own;        ///< @drop(1) The frame came from ETHER.
    Count other;      ///< @drop(1) The frame was for another host.
    Count no_header;  ///< @drop(1) The packet is too short for Ethernet addresses.
  };

  static void push(auto &self, auto &packet) {
    Count *const reason = judge(self, packet);
    if (reason != nullptr) [[unlikely]]
      return reject<1>(self, packet, *reason);
    emit<0>(self, packet);
  }

  /// Sets the type; returns why the frame is refused, nullptr when it passes.
  PMILL_INLINE static Count *judge(auto &self, auto &packet) {
    const auto &args = self.args;
    auto &state = self.state;
    if (std::uint64_t{args.offset} + net::kEtherAddressesBytes > packet.length()) [[unlikely]]
      return &state.no_header;
    // Only the addresses are read: all of the header need not be there.
    const net::Ether &frame = *net::ether(packet.data() + args.offset);
    if (args.drop_own && frame.source == args.ether) {
      packet.set_type(PacketType::outgoing);
      return &state.own;
    }
    const PacketType type = net::type_of(frame, args.ether);
    packet.set_type(type);
    return args.drop_other && type == PacketType::other_host ? &state.other : nullptr;
  }
};

}  // namespace pmill::elements
