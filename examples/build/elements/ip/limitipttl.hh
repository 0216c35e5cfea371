// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstring>
#include <pmill/element.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip.hh>

namespace pmill::elements {

/// Lowers the IPv4 TTL to a limit and patches the header checksum.
///
/// A packet without a marked IPv4 header passes as it is.
/// @group ip
/// @example CheckIPHeader -> LimitIPTTL(16) -> Discard;
struct LimitIPTTL {
  static constexpr Spec spec{.ports = "1/1",
                             .processing = "a/a",
                             .reads = meta::network,
                             .passes = true,
                             .edits = part::ttl};

  struct Args {
    std::uint8_t limit;  ///< The highest TTL with which a packet leaves. @range 1 255
  };

  struct State {
    Count lowered;  ///< @read Packets that came with a higher one.
  };

  static void push(auto &self, auto &packet) {
    auto *ip = net::ipv4(packet);
    if (ip != nullptr && ip->ttl > self.args.limit) {
      const std::uint16_t before = word(*ip);
      ip->ttl = self.args.limit;
      ip->checksum = net::patched_checksum(ip->checksum, before, word(*ip));
      ++self.state.lowered;
    }
    emit<0>(self, packet);
  }

 private:
  /// The half-word that holds the TTL, as it lies in memory.
  static std::uint16_t word(const net::IPv4 &ip) {
    std::uint16_t value;
    std::memcpy(&value, &ip.ttl, sizeof value);
    return value;
  }
};

}  // namespace pmill::elements
