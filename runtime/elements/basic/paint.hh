// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Sets the packet's paint: a number that CheckPaint and PaintSwitch look at.
/// @group basic
/// @example FromDPDKDevice(1) -> Paint(1) -> route;
struct Paint {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a", .passes = true, .through = true};

  struct Args {
    std::uint8_t color;  ///< The paint. @writable @into anno
    Anno<1> anno{17};    ///< The annotation that holds it, PAINT by default. @positional @writes
  };

  static void push(auto &self, auto &packet) {
    packet.template set<std::uint8_t>(self.args.anno.offset, self.args.color);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
