// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Pulls from the first input that has a packet: input 0 goes before all others.
/// @group basic
/// @example sched :: PrioSched -> Unqueue -> Discard; FromDPDKDevice(0) -> Queue -> sched; FromDPDKDevice(1) -> Queue -> [1] sched;
struct PrioSched {
  static constexpr Spec spec{.ports = "1-/1", .processing = "l", .passes = true};

  static bool pull(auto &self, auto &&use) {
    for (std::size_t input = 0; input < self.input_count; ++input)
      if (take(self, input, use)) return true;
    return false;
  }
};

}  // namespace pmill::elements
