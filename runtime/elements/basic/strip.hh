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
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a", .resizes = true, .passes = true};

  struct Args {
    std::uint32_t length;  ///< Number of bytes. @strips
  };

  static void push(auto &self, auto &packet) {
    // A branch, not a minimum: the length is known afterwards.
    if (packet.length() >= self.args.length) [[likely]]
      packet.pull(self.args.length);
    else
      packet.pull(packet.length());
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
