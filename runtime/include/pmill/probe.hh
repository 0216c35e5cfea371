// SPDX-License-Identifier: BSD-3-Clause
// Questions about an element class that a static_assert can ask. pmill/elements/probe.py writes
// the asserts: what pmill read of a header is what the compiler reads.
#pragma once

#include <cstddef>
#include <pmill/element.hh>
#include <type_traits>
#include <utility>

namespace pmill::probe {

namespace detail {

/// Converts to whatever a member is initialised with.
struct Anything {
  template <typename T>
  constexpr operator T() const;
};

template <typename T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), Anything{})...}; };
}

/// Makes the name `poll` ambiguous in elements that have one, whatever its signature.
struct Poll {
  void poll();
};
template <typename E>
struct WithPoll : E, Poll {};
/// The same for `prepare`.
struct Prepare {
  void prepare();
};
template <typename E>
struct WithPrepare : E, Prepare {};
/// The same for `foresee`.
struct Foresee {
  void foresee();
};
template <typename E>
struct WithForesee : E, Foresee {};

}  // namespace detail

/// Whether the Args of `E` have exactly `N` members; none is as good as no Args.
template <typename E, std::size_t N>
constexpr bool has_arguments() {
  if constexpr (requires { typename E::Args; }) {
    using Args = typename E::Args;
    return detail::takes<Args>(std::make_index_sequence<N>{}) &&
           !detail::takes<Args>(std::make_index_sequence<N + 1>{});
  } else {
    return N == 0;
  }
}

/// Whether `E` makes packets by itself.
template <typename E>
inline constexpr bool kPolls = !requires { &detail::WithPoll<E>::poll; };

/// Whether `E` has the first step of a lookup in two.
template <typename E>
inline constexpr bool kPrepares = !requires { &detail::WithPrepare<E>::prepare; };

/// Whether `E` guesses of a frame what that would ask for.
template <typename E>
inline constexpr bool kForesees = !requires { &detail::WithForesee<E>::foresee; };

}  // namespace pmill::probe
