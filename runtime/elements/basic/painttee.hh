// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Sends a copy of packets whose paint is COLOR to output 1.
///
/// All packets leave on output 0, a copy before its original. A copy for which there is no buffer
/// is counted by the worker, and the original goes on.
/// @group basic
/// @example same :: PaintTee(1); same[0] -> DecIPTTL -> Discard; same[1] -> ICMPError(10.0.0.1, redirect, host) -> Discard;
struct PaintTee {
  static constexpr Spec spec{.ports = "1/2",
                             .processing = "a/ah",
                             .cold = outputs(1),
                             .passes = true,
                             .edits = part::front};

  struct Args {
    std::uint8_t color;  ///< The paint of packets to copy. @writable
    Anno<1> anno{17};    ///< The annotation that holds it, PAINT by default. @positional @reads
  };

  static void push(auto &self, auto &packet) {
    if (packet.template get<std::uint8_t>(self.args.anno.offset) == self.args.color) [[unlikely]]
      clone(self, packet, [&](auto &copy) { emit<1>(self, copy); });
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
