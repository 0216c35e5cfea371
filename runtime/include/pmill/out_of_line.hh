// SPDX-License-Identifier: BSD-3-Clause
// How an element calls a function of its own that is not inlined.
//
// `self` and the packet are values that the optimiser keeps in registers. Whoever passes them by
// reference to a function out of line forces them into memory, on the hot path too, so they are
// passed by value: `f<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet))` for
//
//   template <typename S, typename P>
//   PMILL_COLD static void f(S self, const P packet);
#pragma once

#include <pmill/attributes.hh>
#include <utility>

namespace pmill {

/// `self` for a function out of line: a copy whose emits call what is behind the outputs, or the
/// object itself where elements are objects on the heap.
PMILL_INLINE decltype(auto) rarely(auto &self) { return self.rarely(); }
template <typename S>
using OutOfLine = decltype(std::declval<S>().rarely());

/// A copy of the packet with the metadata that the element, or one behind it, reads: whatever else
/// the hot path has it need not keep for the call.
template <typename S>
PMILL_INLINE auto lean(S &, const auto &packet) {
  return packet.template only<S::live>();
}

}  // namespace pmill
