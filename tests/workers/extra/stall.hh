// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <rte_cycles.h>
#include <rte_pause.h>

#include <pmill/element.hh>

namespace pmill::elements {

/// Holds its worker up for a while, now and then, as an interrupt or another process would.
/// @group test
/// @example Stall(0.001, 100us) -> Discard;
struct Stall {
  static constexpr Spec spec{.shares = "random", .passes = true};

  struct Args {
    double probability;  ///< Of a packet, to meet a stall.
    Duration time;       ///< How long the longest is.
  };

  struct State {
    Count stalls;  ///< @read Stalls so far.
  };

  static void push(auto &self, auto &packet) {
    if (self.worker.random.chance(self.args.probability)) [[unlikely]] {
      ++self.state.stalls;
      stall(self.worker.random, self.args.time.ns);
    }
    emit<0>(self, packet);
  }

 private:
  [[gnu::noinline]] static void stall(Random &random, std::int64_t longest) {
    const double part = static_cast<double>(random.next() & 1023) / 1024;
    const double seconds = part * static_cast<double>(longest) / 1e9;
    const std::uint64_t end =
        rte_rdtsc() + static_cast<std::uint64_t>(seconds * static_cast<double>(rte_get_tsc_hz()));
    while (rte_rdtsc() < end) rte_pause();
  }
};

}  // namespace pmill::elements
