// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Gives names to the patterns by which rewriters change addresses and ports.
///
/// A `-` stays as it is. SPORT may be a range, LOW-HIGH: a flow keeps its port when that lies there
/// and is free, and gets any other one else; LOW-HIGH# gives ports one after the other, LOW-HIGH?
/// any. A name holds in the whole configuration, also outside of the compound where it is given.
/// @group information
/// @example IPRewriterPatterns(out 1.0.0.1 1024-65535 - -); Idle -> Discard;
struct IPRewriterPatterns {
  static constexpr Spec spec{.ports = "0/0"};

  struct Args {
    String patterns =
        "";  ///< `NAME SADDR SPORT DADDR DPORT` each. @rest @lowering rewriter_patterns
  };

  static void configure(const auto &, auto &) {}
};

}  // namespace pmill::elements
