// SPDX-License-Identifier: BSD-3-Clause
// Pulling, between static instances: the same calls the other way round.
#pragma once

#include <optional>
#include <pmill/static.hh>

namespace pmill {

/// Where a packet waits that is on its way to whoever pulls. So what is behind a pull is there
/// once, however many ways lead to it.
template <typename P>
class PulledPacket {
 public:
  PMILL_INLINE void put(P &packet) {
    if constexpr (P::Layout::in_memory)
      packet_ = &packet.template park<meta::all>();
    else
      packet_.emplace(packet);
  }
  PMILL_INLINE bool there() const { return static_cast<bool>(packet_); }
  PMILL_INLINE P &operator*() { return *packet_; }

 private:
  std::conditional_t<P::Layout::in_memory, P *, std::optional<P>> packet_{};
};

/// `self` of an agnostic element that is pulled from: what it emits on output 0 goes to whoever
/// pulls.
template <typename D, typename W>
struct PulledSelf : Self<D, W> {
  using Base = Self<D, W>;
  using Packet = typename Base::Packet;
  PulledPacket<Packet> &given;

  template <std::size_t Port>
  PMILL_INLINE void to(Packet &packet) {
    if constexpr (Port == 0)
      given.put(packet);
    else
      Base::template to<Port>(packet);
  }
  template <std::size_t Port>
  PMILL_INLINE void to_rarely(Packet &packet) {
    if constexpr (Port == 0)
      given.put(packet);
    else
      Base::template to_rarely<Port>(packet);
  }
  PMILL_INLINE bool to(std::size_t port, Packet &packet) {
    if (port != 0) return Base::to(port, packet);
    given.put(packet);
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
    PulledPacket<typename W::Packet> given;
    const auto give = [&](auto &packet) __attribute__((always_inline)) { given.put(packet); };
    if constexpr (requires(Self<D, W> &self) { E::pull(self, give); }) {
      Self<D, W> self{{}, worker};
      [[clang::always_inline]] E::pull(self, give);
      if constexpr (E::spec.source) {
        static_cast<StateOf<D> &>(worker).was_pulled = true;
        worker.pulled += given.there();
      }
    } else {
      PulledSelf<D, W> self{{{}, worker}, given};
      const auto push = [&](auto &packet)
                            __attribute__((always_inline)) { push_into<E, 0>(self, packet); };
      if (D::Inputs::template At<0>::pull(worker, push) && !given.there()) ++worker.diverted;
    }
    if (!given.there()) return false;
    tell<D, true>(*given);
    use(*given);
    return true;
  }
};

}  // namespace pmill
