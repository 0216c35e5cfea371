// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Sends every packet to one output, which never changes.
/// @group basic
/// @example s :: StaticSwitch(1); s[0] -> Discard; s[1] -> ToDPDKDevice(0);
struct StaticSwitch {
  static constexpr Spec spec{.ports = "1/-", .processing = "h", .passes = true};

  struct Args {
    std::int32_t output;  ///< The output; a negative number drops. @chooses
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
