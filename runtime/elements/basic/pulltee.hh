// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Gives every packet that is pulled from output 0 to the other outputs, too: pushes copies there.
///
/// A copy for which there is no buffer is counted by the worker and the others go on.
/// @group basic
/// @example FromDPDKDevice(0) -> Queue -> t :: PullTee(2) -> Unqueue -> ToDPDKDevice(1); t[1] -> ToDump(seen.pcap);
struct PullTee {
  static constexpr Spec spec{
      .ports = "1/1-", .processing = "l/lh", .passes = true, .edits = part::front};

  struct Args {
    std::uint32_t n = 0;  ///< Number of outputs; those that are connected when not given.
                          ///< @positional @lowering arms
  };

  static void push(auto &self, auto &packet) {
    push_copies<1>(self, packet);
    emit<0>(self, packet);
  }

 private:
  template <std::size_t Port>
  PMILL_INLINE static void push_copies(auto &self, auto &packet) {
    if constexpr (Port < SelfOf<decltype(self)>::output_count) {
      clone(self, packet, [&](auto &copy) { emit<Port>(self, copy); });
      push_copies<Port + 1>(self, packet);
    }
  }
};

}  // namespace pmill::elements
