// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/classifier.hh>
#include <pmill/element.hh>

namespace pmill::elements {

/// Sends each packet to the output of the first pattern that its bytes match.
///
/// A pattern is `-`, which matches everything, or clauses that must all hold: `OFFSET/VALUE`,
/// with VALUE in hexadecimal, `?` for a nibble that does not matter, and optionally `%MASK`; a
/// `!` in front negates a clause. Bytes a packet does not have match nothing. There are as many
/// patterns as outputs; what matches none is dropped.
/// @group ethernet
/// @example c :: Classifier(12/0806 20/0001, 12/0800, -); c[0] -> arp; c[1] -> Strip(14) -> ip; c[2] -> Discard;
struct Classifier {
  static constexpr Spec spec{.ports = "1/-", .processing = "h", .passes = true};

  struct Args {
    List<ClassifierNode> program;  ///< Patterns, one an output. @rest @lowering classifier @decides
  };

  struct State {
    Count drops;  ///< @drop No pattern matches.
  };

  static void push(auto &self, auto &packet) {
    const std::size_t output = classifier::classify(self, packet);
    if (!emit(self, output, packet)) drop(self, packet, self.state.drops);
  }
};

}  // namespace pmill::elements
