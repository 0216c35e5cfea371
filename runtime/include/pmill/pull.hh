// SPDX-License-Identifier: BSD-3-Clause
// Pulling, between static instances: the same calls the other way round.
#pragma once

#include <pmill/static.hh>

namespace pmill {

/// `self` of an agnostic element that is pulled from: what it emits on output 0 goes to whoever
/// pulls, `use`.
template <typename D, typename W, typename Use>
struct PulledSelf : Self<D, W> {
  using Base = Self<D, W>;
  Use &use;

  template <std::size_t Port>
  PMILL_INLINE void to(typename Base::Packet &packet) {
    if constexpr (Port == 0)
      use(packet);
    else
      Base::template to<Port>(packet);
  }
  template <std::size_t Port>
  PMILL_INLINE void to_rarely(typename Base::Packet &packet) {
    if constexpr (Port == 0)
      use(packet);
    else
      Base::template to_rarely<Port>(packet);
  }
  PMILL_INLINE bool to(std::size_t port, typename Base::Packet &packet) {
    if (port != 0) return Base::to(port, packet);
    use(packet);
    return true;
  }
  PMILL_INLINE PulledSelf rarely() const { return *this; }
};

/// An output from which somebody pulls: what the element emits there is told by who calls.
struct Pulled : Hop {
  static constexpr bool pulled = true;
};
/// An input to which somebody pushes.
struct Pushed {};
/// An input that pulls from an instance: calls `use` with a packet, if there is one.
template <typename D>
struct Pull {
  using Target = D;

  template <typename W>
  PMILL_INLINE static bool pull(W &worker, auto &&use) {
    using E = typename D::Element;
    if constexpr (requires(Self<D, W> &self) { E::pull(self, use); }) {
      Self<D, W> self{{}, worker};
      bool given = false;
      [[clang::always_inline]] given = E::pull(self, use);
      if constexpr (E::spec.source) worker.pulls_sources = true, worker.pulled += given;
      return given;
    } else {
      bool given = false;
      auto give = [&](auto &packet) __attribute__((always_inline)) {
        given = true;
        use(packet);
      };
      PulledSelf<D, W, decltype(give)> self{{{}, worker}, give};
      const auto push = [&](auto &packet) __attribute__((always_inline)) {
        [[clang::always_inline]] E::push(self, packet);
      };
      if (D::Inputs::template At<0>::pull(worker, push) && !given) ++worker.diverted;
      return given;
    }
  }
};

}  // namespace pmill
