// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <pmill/element.hh>
#include <pmill/net/ether.hh>
#include <pmill/net/packet_type.hh>
#include <pmill/out_of_line.hh>

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
    // Whoever is behind knows of the usual frame that it has a header and, where others are
    // refused, that it was sent to this host.
    if (!is_usual(self.args, packet)) [[unlikely]]
      return unusual<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    const auto &args = self.args;
    packet.set_type(args.drop_other
                        ? PacketType::host
                        : net::type_of(*net::ether(packet.data() + args.offset), args.ether));
    emit<0>(self, packet);
  }

 private:
  PMILL_INLINE static bool is_usual(const auto &args, const auto &packet) {
    if (std::uint64_t{args.offset} + sizeof(net::Ether) > packet.length()) return false;
    const net::Ether &frame = *net::ether(packet.data() + args.offset);
    if (args.drop_own && frame.source == args.ether) return false;
    return !args.drop_other || net::is_to(frame, args.ether);
  }

  /// What is refused, or short, or for several hosts where that for others is refused. What goes on
  /// does so out of line.
  template <typename S, typename P>
  PMILL_COLD static void unusual(S self, P packet) {
    if (Count *const reason = judge(self, packet)) return reject<1>(self, packet, *reason);
    emit_rarely<0>(self, packet);
  }

  /// Sets the type; returns why the frame is refused, nullptr when it passes.
  static Count *judge(auto &self, auto &packet) {
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
