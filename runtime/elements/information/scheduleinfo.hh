// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Says how often an element has a turn, or all elements of a compound.
///
/// Whatever a worker runs has one turn in each of its rounds: with 2 it has two, with 0.1 one in
/// every tenth. What is said of a compound and of an element in it is multiplied.
/// @group information
/// @example a :: InfiniteSource -> Discard; b :: InfiniteSource -> Discard; ScheduleInfo(a 4);
struct ScheduleInfo {
  static constexpr Spec spec{.ports = "0/0"};

  struct Args {
    String elements = "";  ///< `ELEMENT TURNS` each. @rest @lowering placements
  };

  static void configure(const auto &, auto &) {}
};

}  // namespace pmill::elements
