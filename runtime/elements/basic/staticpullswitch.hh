// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Pulls from one of its inputs, which never changes.
/// @group basic
/// @example s :: StaticPullSwitch(1) -> Unqueue -> Discard; FromDPDKDevice(0) -> Queue -> s; FromDPDKDevice(1) -> Queue -> [1] s;
struct StaticPullSwitch {
  static constexpr Spec spec{.ports = "1-/1", .processing = "l", .passes = true};

  struct Args {
    std::int32_t input;  ///< The input; -1, or one that does not exist: none.
  };

  static bool pull(auto &self, auto &&use) {
    return self.args.input >= 0 && take(self, static_cast<std::size_t>(self.args.input), use);
  }
};

}  // namespace pmill::elements
