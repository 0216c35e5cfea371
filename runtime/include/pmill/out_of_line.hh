// SPDX-License-Identifier: BSD-3-Clause
// How an element calls a function of its own that is not inlined.
//
// `self` and the packet are values that the optimiser keeps in registers. Whoever passes them by
// reference to a function out of line forces them into memory, on the hot path too, so they are
// passed by value: `f<SelfOf<decltype(self)>>(self, packet)` for
//
//   template <typename S, typename P>
//   PMILL_COLD static void f(OutOfLine<S> self, const P packet);
#pragma once

#include <type_traits>

namespace pmill {

/// `self` as a parameter: a copy, or the object itself where elements are objects on the heap.
template <typename S>
using OutOfLine = std::conditional_t<std::is_trivially_copyable_v<S>, S, S &>;

}  // namespace pmill
