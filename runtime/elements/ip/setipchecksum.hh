// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip.hh>

namespace pmill::elements {

/// Computes the checksum of the IPv4 header anew.
///
/// A packet without a whole, marked IPv4 header leaves on output 1 when that is connected and is
/// dropped otherwise.
/// @group ip
/// @example CheckIPHeader -> SetIPChecksum -> Discard;
struct SetIPChecksum {
  // Of what may be said that it edits, this is the least that holds the checksum.
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .reads = meta::network,
                             .expects = meta::network,
                             .cold = outputs(1),
                             .passes = true,
                             .edits = part::ttl};

  struct State {
    Count drops;  ///< @drop(1) No marked IPv4 header, or only a part of it.
  };

  static void push(auto &self, auto &packet) {
    auto *ip = net::ipv4(packet);
    if (ip == nullptr || !net::is_whole(*ip, net::bytes_from(packet, ip))) [[unlikely]]
      return reject<1>(self, packet, self.state.drops);
    net::set_checksum(*ip, ip->header_bytes());
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
