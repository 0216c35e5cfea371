// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/header_classifier.hh>

namespace pmill::elements {

/// Lets IP packets pass or drops them, as the first rule says that they match.
///
/// A rule is `ACTION PATTERN`. The action is `allow`, which is output 0; `drop`; `deny`, which is
/// output 1 when there is one and `drop` otherwise; or the number of an output. Patterns are those
/// of IPClassifier; an action alone is for all packets. What matches no rule is dropped. `FILE
/// rules.txt` in the place of a rule stands for all rules of a file, one a line, with comments
/// behind `#`.
/// Headers must be marked, by CheckIPHeader or MarkIPHeader.
/// @group ip
/// @example CheckIPHeader -> IPFilter(deny src net 10.0.0.0/8, allow tcp dst port www, drop all) -> Discard;
struct IPFilter {
  static constexpr Spec spec{.ports = "1/-",
                             .processing = "h",
                             .reads = meta::mac | meta::network | meta::transport,
                             .expects = meta::network,
                             .passes = true};

  struct Args {
    List<ClassifierNode>
        program;  ///< Rules, the first that matches counts. @rest @lowering ipfilter @decides
  };

  struct State {
    Count drops;  ///< @drop No rule matches, or the rule says so.
  };

  static void push(auto &self, auto &packet) {
    const std::size_t output = classifier::classify_headers(self, packet);
    if (!emit(self, output, packet)) drop(self, packet, self.state.drops);
  }
};

}  // namespace pmill::elements
