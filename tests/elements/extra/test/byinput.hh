// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Lets packets out on the output that has the number of their input, and counts which they were.
/// @group test
/// @example FromDump(in.pcap) -> [1] b :: ByInput; Idle -> b; b[0] -> Discard; b[1] -> Discard;
struct ByInput {
  static constexpr Spec spec{.ports = "-/=", .processing = "a/a", .flow = "#/#"};

  struct State {
    Count inputs;  ///< @read Decimal digits: how often each input was used, from the last to 0.
  };

  static void push(auto &self, auto &packet, auto input) {
    std::uint64_t digit = 1;
    for (std::size_t i = 0; i < input.port; ++i) digit *= 10;
    self.state.inputs += digit;
    emit<input.port>(self, packet);
  }
};

}  // namespace pmill::elements
