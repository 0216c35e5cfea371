// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Passes packets whose paint is COLOR; others leave on output 1, or are dropped.
/// @group basic
/// @example same :: CheckPaint(1); same[0] -> redirect; same[1] -> forward;
struct CheckPaint {
  static constexpr Spec spec{.ports = "1/1-2", .processing = "a/ah", .passes = true};

  struct Args {
    std::uint8_t color;  ///< The paint to pass. @writable @equals anno
    Anno<1> anno{17};    ///< The annotation that holds it, PAINT by default. @positional @reads
  };

  struct State {
    Count drops;  ///< @drop The paint was another one, and output 1 is not connected.
  };

  static void push(auto &self, auto &packet) {
    if (packet.template get<std::uint8_t>(self.args.anno.offset) == self.args.color)
      emit<0>(self, packet);
    else if (connected(self, 1))
      emit<1>(self, packet);
    else
      drop(self, packet, self.state.drops);
  }
};

}  // namespace pmill::elements
