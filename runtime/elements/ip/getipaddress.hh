// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <pmill/element.hh>
#include <pmill/net/ip.hh>

namespace pmill::elements {

/// Copies an IPv4 address of the packet into an annotation, for routing elements.
///
/// The address is at OFFSET, or it is one of those in the marked IPv4 header. Where the packet does
/// not have it, the annotation stays as it is.
/// @group ip
/// @example Strip(14) -> CheckIPHeader -> GetIPAddress(16) -> StaticIPLookup(0.0.0.0/0 0) -> Discard;
/// @example CheckIPHeader(OFFSET 14) -> GetIPAddress(IP src) -> StaticIPLookup(0.0.0.0/0 0) -> Discard;
struct GetIPAddress {
  static constexpr Spec spec{.ports = "1/1",
                             .processing = "a/a",
                             .reads = meta::network,
                             .expects = meta::network,
                             .passes = true};

  enum class Which { unset, src, dst };

  struct Args {
    std::int32_t offset = -1;  ///< Where the address begins; -1: IP tells. @positional
                               ///< @range -1 65535 @readsfor -1 network
    Anno<4> anno{0};           ///< The annotation, DST_IP by default. @positional @writes
    Which ip = Which::unset;   ///< The address of the marked header: `src` or `dst`.
  };

  static void configure(const auto &args, auto &setup) {
    if ((args.offset < 0) == (args.ip == Which::unset))
      setup.fail("give either OFFSET or IP",
                 "the destination in a marked header: GetIPAddress(IP dst)");
  }

  static void push(auto &self, auto &packet) {
    if (const std::uint8_t *at = find(self.args, packet); at != nullptr) [[likely]] {
      std::uint32_t address;
      std::memcpy(&address, at, sizeof address);
      packet.template set<std::uint32_t>(self.args.anno.offset, address);
    }
    emit<0>(self, packet);
  }

  /// Where the address lies, nullptr when the packet does not have it.
  PMILL_INLINE static const std::uint8_t *find(const auto &args, const auto &packet) {
    if (args.offset >= 0) {
      const auto offset = static_cast<std::uint32_t>(args.offset);
      return offset + sizeof(IPAddress) <= packet.length() ? packet.data() + offset : nullptr;
    }
    if (net::ipv4(packet) == nullptr) [[unlikely]]
      return nullptr;
    return packet.network() + (args.ip == Which::src ? offsetof(net::IPv4, source_address)
                                                     : offsetof(net::IPv4, destination_address));
  }
};

}  // namespace pmill::elements
