// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Stands for an element whose class is unknown: takes any arguments, and drops every packet.
///
/// It has any number of ports and never emits a packet. What it is told is not looked at.
/// @group basic
/// @example FromDPDKDevice(0) -> Error(SPEED 3, "and so on") -> ToDPDKDevice(0);
struct Error {
  static constexpr Spec spec{.ports = "-/-", .processing = "a/a", .flow = "x/y", .passes = true};

  struct Args {
    String config = "";  ///< Anything. @rest @lowering anything
  };

  struct State {
    Count drops;  ///< @drop Packets that were sent to an Error.
  };

  static void push(auto &self, auto &packet) { drop(self, packet, self.state.drops); }
  static bool pull(auto &, auto &&) { return false; }
  static unsigned run(auto &) { return 0; }  // it does not pull either
};

}  // namespace pmill::elements
