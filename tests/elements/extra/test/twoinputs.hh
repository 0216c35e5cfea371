// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Lets packets of input 0 through, and marks those of input 1 with a byte in front.
/// @group test
/// @example FromDump(in.pcap) -> t :: TwoInputs -> Discard; FromDump(x.pcap) -> [1] t;
struct TwoInputs {
  static constexpr Spec spec{.ports = "2/1", .processing = "h", .resizes = true};

  struct State {
    Count first;   ///< @read Packets of input 0.
    Count second;  ///< @read Packets of input 1.
  };

  static void push(auto &self, auto &packet, Input<0>) {
    ++self.state.first;
    emit<0>(self, packet);
  }

  static void push(auto &self, auto &packet, Input<1>) {
    ++self.state.second;
    if (packet.push(1)) *packet.data() = '*';
    emit_rarely<0>(self, packet);
  }
};

}  // namespace pmill::elements
