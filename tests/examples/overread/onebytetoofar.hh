// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Reads the byte behind each packet, which it must not.
///
/// The control of the sanitizer tests: buffers are much longer than packets, so that only the
/// poisoned bytes around a packet make this mistake visible.
/// @group test
/// @example Idle -> OneByteTooFar -> Discard;
struct OneByteTooFar {
  static constexpr Spec spec{};

  struct State {
    Count odd;  ///< @read Packets behind which an odd byte lies.
  };

  static void push(auto &self, auto &packet) {
    if (packet.data()[packet.length()] & 1) ++self.state.odd;
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
