// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Neither passes on nor ends every hundredth packet: a control of the account at the end.
/// @group tests
struct Leak {
  static constexpr Spec spec{.ports = "1/1"};
  struct State {
    Count count;  ///< @read Packets that came.
  };
  static void push(auto &self, auto &packet) {
    if (++self.state.count.value % 100 == 0) return;
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
