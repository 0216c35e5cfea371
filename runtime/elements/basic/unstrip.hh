// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Puts bytes back at the front of packets: the inverse of Strip.
///
/// The bytes are those that were there before.
/// @group basic
/// @example Strip(14) -> CheckIPHeader -> Unstrip(14) -> ToDPDKDevice(0);
struct Unstrip {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a", .resizes = true, .passes = true};

  struct Args {
    std::uint32_t length;  ///< Number of bytes. @unstrips
  };

  struct State {
    Count no_room;  ///< @drop The buffer is too small for the additional bytes.
  };

  static void push(auto &self, auto &packet) {
    if (!packet.push(self.args.length)) [[unlikely]]
      return drop(self, packet, self.state.no_room);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
