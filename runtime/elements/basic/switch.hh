// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Sends every packet to one output.
/// @group basic
/// @example s :: Switch(1); s[0] -> Discard; s[1] -> ToDPDKDevice(0);
struct Switch {
  static constexpr Spec spec{.ports = "1/-", .processing = "h", .passes = true};

  struct Args {
    std::int32_t output =
        0;  ///< The output; a negative number drops. @positional @writable @called switch
            ///< @chooses
  };

  struct State {
    Count drops;  ///< @drop OUTPUT is no output.
  };

  static void push(auto &self, auto &packet) {
    // A negative number becomes one that is larger than any output.
    if (!emit(self, static_cast<std::uint32_t>(self.args.output), packet))
      drop(self, packet, self.state.drops);
  }
};

}  // namespace pmill::elements
