// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Never returns when a packet comes.
///
/// What a wrong pass may bring about.
/// @group test
/// @example Idle -> Hang -> Discard;
struct Hang {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a"};

  static void push(auto &self, auto &packet) {
    for (volatile bool more = packet.length() > 2; more;) {
    }
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
