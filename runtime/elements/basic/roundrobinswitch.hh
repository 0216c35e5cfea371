// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <pmill/element.hh>

namespace pmill::elements {

/// Sends packets to the outputs in turn.
///
/// Every worker begins with output 0 and takes turns of its own.
/// @workers Every worker takes turns of its own: in all, outputs get equal parts, but not in turn.
/// @group basic
/// @example FromDPDKDevice(0) -> r :: RoundRobinSwitch; r[0] -> ToDPDKDevice(1); r[1] -> ToDPDKDevice(2);
struct RoundRobinSwitch {
  static constexpr Spec spec{.ports = "1/1-", .processing = "h", .passes = true, .workers = "each"};

  struct Args {
    std::uint32_t max = 0;   ///< Use so many outputs at most; 0: all. @positional @writable
    bool splitbatch = true;  ///< Change the output with every packet; false: after every round of
                             ///< the worker that had packets.
  };

  struct State {
    std::uint32_t next = 0;
    bool used = false;  // whether this round had packets; kept only without SPLITBATCH
  };

  static void push(auto &self, auto &packet) {
    const std::uint32_t output = self.state.next;
    if (self.args.splitbatch)
      take_turn(self);
    else
      self.state.used = true;
    send<0>(self, packet, output);
  }

  static void flush(auto &self) {
    if (!self.state.used) return;
    self.state.used = false;
    take_turn(self);
  }

  PMILL_INLINE static void take_turn(auto &self) {
    constexpr std::uint32_t all = SelfOf<decltype(self)>::output_count;
    const std::uint32_t count = self.args.max == 0 ? all : std::min(self.args.max, all);
    if (++self.state.next >= count) self.state.next = 0;
  }

  template <std::size_t Port>
  PMILL_INLINE static void send(auto &self, auto &packet, std::uint32_t output) {
    if constexpr (Port + 1 < SelfOf<decltype(self)>::output_count)
      if (output != Port) return send<Port + 1>(self, packet, output);
    emit<Port>(self, packet);
  }
};

}  // namespace pmill::elements
