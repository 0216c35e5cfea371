// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Ends the program by a signal when a packet comes.
///
/// What a wrong pass may bring about.
/// @group test
/// @example Idle -> Crash -> Discard;
struct Crash {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a"};

  static void push(auto &self, auto &packet) {
    if (packet.length() > 2) __builtin_trap();
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
