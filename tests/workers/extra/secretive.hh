// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Remembers the length of a packet, and does not say what that is to several workers.
/// @group test
/// @example Secretive -> Discard;
struct Secretive {
  static constexpr Spec spec{};

  struct State {
    std::uint32_t last = 0;
  };

  static void push(auto &self, auto &packet) {
    self.state.last = packet.length();
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
