// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Adds up the byte behind the Ethernet header of frames that it is told of before they come, and
/// of those that come.
/// @group test
/// @example FromDPDKDevice(0) -> Foretold -> Discard;
struct Foretold {
  static constexpr Spec spec{.processing = "h"};

  struct Args {
    std::uint32_t claim = 4000000;  ///< Bytes that it claims to touch. @footprint 1
  };

  struct State {
    Count guessed;  ///< @read Frames that it was told of.
    Count guesses;  ///< @read The sum of their bytes.
    Count seen;     ///< @read That of frames that came.
  };

  static void prepare(const auto &, const auto &) {}
  static bool is_far(const auto &) { return false; }
  static void foresee(const auto &self, const std::uint8_t *frame) {
    ++self.state.guessed;
    self.state.guesses += frame[14];
  }

  static void push(auto &self, auto &packet) {
    self.state.seen += packet.data()[14];
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
