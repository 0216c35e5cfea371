// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <pmill/element.hh>

namespace pmill::elements {

/// Pulls from its inputs in turn.
///
/// Each pull begins with the input behind the one that gave the last packet, and takes the first
/// packet it finds.
/// @workers Whose turn it is would be known to each worker apart.
/// @group basic
/// @example sched :: RoundRobinSched -> Unqueue -> Discard; FromDPDKDevice(0) -> Queue -> sched; FromDPDKDevice(1) -> Queue -> [1] sched;
struct RoundRobinSched {
  static constexpr Spec spec{.ports = "1-/1", .processing = "l", .passes = true, .workers = "one"};

  struct Args {
    std::int32_t max = -1;  ///< Inputs to pull from, the first ones; -1: all. @positional
  };

  struct State {
    std::size_t next = 0;
  };

  static bool pull(auto &self, auto &&use) {
    const std::size_t all = self.input_count;
    const std::size_t inputs =
        self.args.max < 0 ? all : std::min(all, static_cast<std::size_t>(self.args.max));
    std::size_t &next = self.state.next;
    for (std::size_t tried = 0; tried < inputs; ++tried) {
      const std::size_t input = next;
      next = next + 1 == inputs ? 0 : next + 1;
      if (take(self, input, use)) return true;
    }
    return false;
  }
};

}  // namespace pmill::elements
