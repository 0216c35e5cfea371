// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/setup.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Lets a program make the same random choices in every run.
///
/// Every worker has random numbers of its own: from SEED for the first, from the next seed for the
/// next. Without this element, or without SEED, no run is like another. Where several elements give
/// a SEED, the last counts.
/// @workers Every worker has random numbers of its own.
/// @group information
/// @example RandomSeed(1); FromIPSummaryDump(flows.txt, SAMPLE 0.1, STOP true) -> Discard;
struct RandomSeed {
  static constexpr Spec spec{.ports = "0/0", .workers = "each"};

  struct Args {
    std::int64_t seed = -1;  ///< Where the numbers begin; -1: anywhere.
                             ///< @positional @range -1 4294967295
  };

  struct State {
    std::int64_t seed = -1;
  };

  struct Handlers {
    ReadWrite seed;  ///< Where the numbers began, or begin anew; -1: anywhere.
  };

  static void configure(const auto &args, auto &setup) {
    if (args.seed >= 0) setup.seed(static_cast<std::uint32_t>(args.seed));
  }

  static void initialize(auto &self) { self.state.seed = self.args.seed; }

  static std::string read_seed(auto &self, std::string_view) { return join({self.state.seed}); }
  static bool write_seed(auto &self, std::string_view text, std::string &error) {
    std::uint32_t seed = 0;
    if (!read_value(seed, text, error)) return false;
    self.state.seed = seed;
    self.worker.random.seed(seed + self.worker.index);
    return true;
  }
};

}  // namespace pmill::elements
