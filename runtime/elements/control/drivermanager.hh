// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/script.hh>
#include <pmill/setup.hh>

namespace pmill::elements {

/// A script that decides when the program ends: with its last instruction, or with `stop`.
///
/// Whatever else wishes the program to stop (the handler `stop`, an element with STOP, an
/// interrupt) ends what the script waits for: `wait_stop`, which waits for just that, `pause`, and
/// `wait TIME`. Without instructions it waits for one such wish. A configuration has at most one.
/// @needs script
/// @group control
/// @example InfiniteSource(LIMIT 10, STOP true) -> c :: Counter -> Discard; DriverManager(wait_stop, print c.count);
struct DriverManager {
  static constexpr Spec spec{.ports = "0/0", .single = true};

  struct Args {
    String instructions;  ///< What it does: see Script. @rest @lowering script
  };

  static void configure(const auto &args, Setup &setup) {
    ScriptRequest request;
    request.type = ScriptType::driver;
    request.text = args.instructions;
    if (request.text.empty()) request.text = "wait_stop\x1f\x1f\x1e";
    add_script(setup, request);
  }
};

}  // namespace pmill::elements
