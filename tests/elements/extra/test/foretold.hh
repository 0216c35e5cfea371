// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/foresee.hh>

namespace pmill::elements {

/// Adds up the byte behind the Ethernet header of frames that it is told of before they come, and
/// of those that come, and compares what it has noted with what comes.
/// @group test
/// @example FromDPDKDevice(0) -> Foretold -> Discard;
struct Foretold {
  static constexpr Spec spec{.processing = "h"};

  struct Args {
    std::uint32_t claim = 4000000;  ///< Bytes that it claims to touch. @footprint 1
    bool far = false;               ///< Whether packets are to wait for it.
  };

  struct State {
    Count guessed;   ///< @read Frames that it was told of.
    Count guesses;   ///< @read The sum of their bytes.
    Count again;     ///< @read Times that it was told of one again.
    Count agains;    ///< @read The sum of what it had noted for them.
    Count right;     ///< @read Packets of which it had noted the right byte.
    Count prepared;  ///< @read Packets that waited.
    Count seen;      ///< @read That of frames that came.
  };

  static void prepare(const auto &self, const auto &packet) {
    ++self.state.prepared;
    note(self, packet.data()[14]);
  }
  static bool is_far(const auto &self) { return self.args.far; }
  static Hint foresee(const auto &self, const std::uint8_t *frame) {
    ++self.state.guessed;
    self.state.guesses += frame[14];
    return frame[14];
  }
  static void foresee_more(const auto &self, Hint hint) {
    ++self.state.again;
    self.state.agains += hint;
  }

  static void push(auto &self, auto &packet) {
    self.state.seen += packet.data()[14];
    if constexpr (kHinted<decltype(self)>) self.state.right += hint(self) == packet.data()[14];
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
