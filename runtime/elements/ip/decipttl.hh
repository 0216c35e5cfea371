// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/ip.hh>

namespace pmill::elements {

/// Decrements the IPv4 TTL and patches the header checksum.
///
/// A packet whose TTL has run out (0 or 1) leaves, unchanged, on output 1 when that is connected
/// and is dropped otherwise. The network header must be marked.
/// @group ip
/// @example CheckIPHeader -> ttl :: DecIPTTL -> Discard; ttl[1] -> ICMPError(18.26.4.24, timeexceeded) -> Discard;
struct DecIPTTL {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .reads = meta::network,
                             .expects = meta::network,
                             .cold = outputs(1),
                             .passes = true,
                             .edits = part::ttl};

  struct Args {
    bool active = true;     ///< Whether the element changes anything. @writable
    bool multicast = true;  ///< Also handle packets to multicast addresses.
  };

  struct State {
    Count drops;      ///< @drop(1) The TTL had run out.
    Count no_header;  ///< @drop The packet has no marked IP header, or only a part of it.
  };

  static void push(auto &self, auto &packet) {
    if (self.args.active) {
      auto *ip = net::ipv4(packet);
      if (ip == nullptr) [[unlikely]]
        return drop(self, packet, self.state.no_header);
      if (self.args.multicast || !ip->destination().is_multicast()) {
        if (ip->ttl <= 1) [[unlikely]]
          return reject<1>(self, packet, self.state.drops);
        net::decrement_ttl(*ip);
      }
    }
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
