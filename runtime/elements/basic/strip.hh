// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Removes bytes from the front of packets.
///
/// A packet that has fewer becomes empty.
/// @group basic
/// @example FromDPDKDevice(0) -> Strip(14) -> CheckIPHeader -> Discard;
struct Strip {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a", .resizes = true};

  struct Args {
    std::uint32_t length;  ///< Number of bytes.
  };

  static void push(auto &self, auto &packet) {
    const std::uint32_t wanted = self.args.length;
    packet.pull(wanted <= packet.length() ? wanted : packet.length());
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
