// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Writes the number of each packet into its first byte.
/// @workers Numbers would be given twice.
/// @group test
/// @example Serial -> Discard;
struct Serial {
  static constexpr Spec spec{.workers = "one"};

  struct State {
    Count count;  ///< @read Packets numbered.
    std::uint8_t next = 0;
  };

  static void push(auto &self, auto &packet) {
    ++self.state.count;
    if (packet.length() != 0) packet.data()[0] = self.state.next++;
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
