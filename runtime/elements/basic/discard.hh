// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Drops every packet, on purpose.
///
/// ACTIVE and BURST say how a Discard pulls; one that is pushed to takes what comes.
/// @group basic
/// @example FromDPDKDevice(0) -> Discard;
struct Discard {
  static constexpr Spec spec{.ports = "1/0", .processing = "a"};

  struct Args {
    bool active = true;       ///< Whether to pull packets. @pull @writable
    std::uint32_t burst = 1;  ///< Packets to pull at a time.
  };

  struct State {
    Count count;  ///< @drop Packets discarded.
  };

  struct Handlers {
    Write reset_counts;  ///< Counts from 0 again.
  };

  static void push(auto &self, auto &packet) { drop(self, packet, self.state.count); }

  static unsigned run(auto &self) {
    if (!self.args.active) return 0;
    unsigned n = 0;
    const auto discard = [&](auto &packet) __attribute__((always_inline)) { push(self, packet); };
    while (n < self.args.burst && take<0>(self, discard)) ++n;
    return n;
  }

  static bool write_reset_counts(auto &self, std::string_view, std::string &) {
    self.state.count = {};
    return true;
  }
};

}  // namespace pmill::elements
