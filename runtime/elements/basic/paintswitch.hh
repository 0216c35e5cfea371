// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Sends packets to the output that their paint names.
///
/// Paint 255 sends a copy to every output, in order, the original to the last. A packet whose
/// paint is no output is dropped.
/// @group basic
/// @example s :: PaintSwitch; s[0] -> ToDPDKDevice(0); s[1] -> ToDPDKDevice(1);
struct PaintSwitch {
  static constexpr Spec spec{
      .ports = "1/-", .processing = "h", .passes = true, .edits = part::front};

  struct Args {
    Anno<1> anno{17};  ///< The annotation that holds the paint. @positional @reads @chooses
  };

  struct State {
    Count drops;  ///< @drop The paint is no output.
  };

  static void push(auto &self, auto &packet) {
    const std::uint8_t paint = packet.template get<std::uint8_t>(self.args.anno.offset);
    send<0>(self, packet, paint);
  }

  template <std::size_t Port>
  PMILL_INLINE static void send(auto &self, auto &packet, std::uint8_t paint) {
    constexpr std::size_t count = SelfOf<decltype(self)>::output_count;
    if constexpr (Port >= count) {
      drop(self, packet, self.state.drops);
    } else {
      const bool last = Port + 1 == count;
      if (paint == Port || (last && paint == kAll)) return emit<Port>(self, packet);
      if (paint == kAll) clone(self, packet, [&](auto &copy) { emit<Port>(self, copy); });
      send<Port + 1>(self, packet, paint);
    }
  }
  static constexpr std::uint8_t kAll = 255;
};

}  // namespace pmill::elements
