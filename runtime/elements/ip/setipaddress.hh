// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <pmill/element.hh>

namespace pmill::elements {

/// Sets an annotation to an IPv4 address: the gateway to which packets are to be sent.
/// @group ip
/// @example StaticIPLookup(0.0.0.0/0 0) -> SetIPAddress(10.0.0.1) -> Discard;
struct SetIPAddress {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a", .passes = true};

  struct Args {
    IPAddress ipaddr;  ///< The address. @writable @called addr
    Anno<4> anno{0};   ///< The annotation, DST_IP by default. @positional @writes
  };

  static void push(auto &self, auto &packet) {
    packet.template set<std::uint32_t>(self.args.anno.offset, self.args.ipaddr.value);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
