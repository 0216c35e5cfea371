// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Sends a copy of every packet to each output.
///
/// The copies go to the outputs in order; the original goes to the last. A copy for which there
/// is no buffer is counted by the worker and the others go on.
/// @group basic
/// @example FromDPDKDevice(0) -> t :: Tee(2) -> ToDPDKDevice(1); t[1] -> ToDump(seen.pcap);
struct Tee {
  static constexpr Spec spec{
      .ports = "1/1-", .processing = "h", .clones = true, .passes = true, .edits = part::front};

  struct Args {
    std::uint32_t n = 0;  ///< Number of outputs; those that are connected when not given.
                          ///< @positional @lowering arms
  };

  static void push(auto &self, auto &packet) { send<0>(self, packet); }

  template <std::size_t Port>
  PMILL_INLINE static void send(auto &self, auto &packet) {
    if constexpr (Port + 1 < SelfOf<decltype(self)>::output_count) {
      clone(self, packet, [&](auto &copy) { emit<Port>(self, copy); });
      send<Port + 1>(self, packet);
    } else {
      emit<Port>(self, packet);
    }
  }
};

}  // namespace pmill::elements
