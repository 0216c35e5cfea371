// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Says which worker runs an element, or all elements of a compound.
///
/// Workers count from 0; -1 is the last one, 1/0 the first on NUMA node 1. What no worker is means,
/// with a warning, one of those that there are. A device that is placed is served by that worker
/// alone. Elements that are not placed are shared out among the workers.
/// @group information
/// @example FromDPDKDevice(0) -> q :: Queue -> u :: Unqueue -> ToDPDKDevice(1); StaticThreadSched(u 1);
struct StaticThreadSched {
  static constexpr Spec spec{.ports = "0/0"};

  struct Args {
    String elements = "";  ///< `ELEMENT WORKER` each. @rest @lowering placements
  };

  static void configure(const auto &, auto &) {}
};

}  // namespace pmill::elements
