// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Never emits a packet, and drops every packet it gets.
///
/// It stands where a port must be connected but nothing should flow.
/// @group basic
/// @example Idle -> [1] join;  unwanted -> Idle;
struct Idle {
  static constexpr Spec spec{.ports = "-/-", .processing = "a/a", .flow = "x/y"};

  struct State {
    Count drops;  ///< @drop Packets that were sent to an Idle.
  };

  static void push(auto &self, auto &packet) { drop(self, packet, self.state.drops); }
  static bool pull(auto &, auto &&) { return false; }
  static unsigned run(auto &) { return 0; }  // it does not pull either
};

}  // namespace pmill::elements
