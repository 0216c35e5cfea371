// SPDX-License-Identifier: BSD-3-Clause
// Static instances: their state lies in the worker, and they call each other directly.
#pragma once

#include <pmill/instance.hh>

namespace pmill {

/// What a worker remembers of an instance that it runs, or that is a source.
template <bool There>
struct Turns {
  bool was_pulled = false;  // a source from which somebody tried to pull
  unsigned credit = 0;      // tickets towards its next turn
};
template <>
struct Turns<false> {};
template <typename D>
inline constexpr bool kHasTurns = kRuns<D> || D::Element::spec.source;

/// The state of an instance that one worker has for itself: none of an element without State, or
/// with one that all workers share.
template <typename D>
using OwnState =
    std::conditional_t<D::Element::spec.shared, Nothing, StateType<typename D::Element>>;

/// One worker's state of an instance; the generated Worker derives from all of them.
template <typename D, typename State = OwnState<D>>
struct StateOf : Turns<kHasTurns<D>> {
  PMILL_INLINE StateOf() {}
  State value;
};
template <typename D>
struct StateOf<D, Nothing> : Turns<kHasTurns<D>> {
  static inline Nothing value;
};

// Where the state of an instance lies in its worker. What usual packets touch comes first: all that
// is small, which so shares a few cache lines, then what is large. What only unusual packets touch
// lies behind.
inline constexpr unsigned kSmallPart = 0, kLargePart = 1, kRarePart = 2;
template <typename D>
inline constexpr unsigned kPart = requires { D::rare; }          ? kRarePart
                                  : sizeof(StateOf<D>) <= kApart ? kSmallPart
                                                                 : kLargePart;
/// The base that stands for an instance where those of another part are.
template <typename D, unsigned Part>
struct Elsewhere {};
template <unsigned Part>
struct StatesIn {
  template <typename D>
  using Of = std::conditional_t<kPart<D> == Part, StateOf<D>, Elsewhere<D, Part>>;
};
/// The states of one part, in the order of Config::Parts.
template <typename Config, unsigned Part>
struct alignas(Part == kSmallPart ? kLine : alignof(std::max_align_t)) States
    : Config::template Parts<StatesIn<Part>::template Of> {
  PMILL_INLINE States() {}
};

/// The member `shared` of a `self`: loaded where there is one.
template <typename D, typename Shared = typename Common<D>::Shared>
struct SharedPart {
  const Shared &shared = *Common<D>::shared;
};
template <typename D>
struct SharedPart<D, Nothing> {
  static constexpr const Nothing &shared = kNothing;
};

/// `self` of a static instance. `Rare`: it runs on an unusual way, where nothing is inlined.
template <typename D, typename W, bool Rare = false>
struct Self : SharedPart<D> {
  using Instance = D;
  using Element = typename D::Element;
  using Packet = typename W::Packet;
  using Args = typename D::Args;
  using State = StateType<Element>;
  static constexpr std::string_view name = D::name;
  static constexpr bool frozen = kFrozen<D>;
  static constexpr bool holds = kInstanceHolds<D>;
  static constexpr bool follows = kInstanceFollows<D>;
  static constexpr bool straight = kInstanceStraight<D>;
  static constexpr int foreseen = kInstanceForeseen<D>;
  static constexpr FieldSet live = D::live;
  static constexpr std::size_t output_count = D::Outputs::count;
  static constexpr std::size_t input_count = kPulledInputs<D>;

  static constexpr const Args &args = Common<D>::args;
  /// The arguments, to be changed by a handler where they are no constants.
  static Args &changeable() { return Common<D>::args; }

  W &worker;
  State &state = find(worker);

  template <std::size_t Port>
  PMILL_INLINE void to(Packet &packet) {
    if constexpr (Rare)
      to_rarely<Port>(packet);
    else if constexpr (Port < D::Outputs::count)
      D::Outputs::template At<Port>::send(worker, packet);
    else
      worker.release(packet.buffer());
  }
  template <std::size_t Port>
  PMILL_INLINE void to_rarely(Packet &packet) {
    if constexpr (Port < D::Outputs::count)
      D::Outputs::template At<Port>::send_rarely(worker, packet);
    else
      worker.discard(packet.buffer());
  }
  PMILL_INLINE bool to(std::size_t port, Packet &packet) {
    return send_to<D::Outputs::count>(*this, port, packet);
  }
  template <std::size_t Port>
  PMILL_INLINE bool from(auto &&use) {
    return D::Inputs::template At<Port>::pull(worker, use);
  }
  PMILL_INLINE bool from(std::size_t port, auto &&use) {
    return take_from<input_count>(*this, port, use);
  }
  static constexpr bool connected(std::size_t port) { return D::Outputs::leads_on(port); }
  PMILL_INLINE Self<D, W, true> rarely() const { return Self<D, W, true>{{}, worker}; }
  PMILL_INLINE SharedGuard<D> lock() { return SharedGuard<D>(worker); }

 private:
  PMILL_INLINE static State &find(W &w) {
    if constexpr (Element::spec.shared)
      return Common<D>::locked.state;
    else
      return static_cast<StateOf<D> &>(w).value;
  }
};

/// Runs one packet, which came by input `Port`, through an instance, inlined into the caller.
template <typename D, std::size_t Port, typename W>
PMILL_INLINE void run_inline(W &worker, typename W::Packet &packet) {
  Self<D, W> self{{}, worker};
  push_into<typename D::Element, Port>(self, packet);
}

/// Gives an instance a burst, of which each packet has been through its push.
template <typename D, typename W>
PMILL_INLINE void push_burst(W &worker, Buffer *buffers, unsigned n) {
  Self<D, W> self{{}, worker};
  D::Element::push_burst(self, buffers, n);
}

/// `run_inline` as a function; the optimiser may inline it.
template <typename D, std::size_t Port = 0, typename W>
void run_direct(W &worker, typename W::Packet &packet) {
  run_inline<D, Port>(worker, packet);
}

/// The same out of line, one copy of the code for all callers; the packet comes in parts that fit
/// into registers.
template <typename D, std::size_t Port = 0, typename W, typename P = typename W::Packet>
[[gnu::noinline]] void run_outlined(W &worker, Buffer buffer, std::uint8_t *data,
                                    std::uint32_t length, typename P::Moved moved,
                                    typename P::Network network, typename P::Others others) {
  P packet(buffer, data, length, moved, network, others);
  run_inline<D, Port>(worker, packet);
}

/// The same for what packets rarely reach: each element is a function of its own, which calls the
/// next. So there is one copy of such code, whichever the unusual ways are.
template <typename D, std::size_t Port = 0, typename W>
PMILL_COLD void run_rarely(W &worker, const typename W::Packet handed) {
  auto packet = handed;
  Self<D, W, true> self{{}, worker};
  push_into<typename D::Element, Port>(self, packet);
}

/// The same for packets that live in memory.
template <typename D, std::size_t Port = 0, typename W>
PMILL_COLD void run_cold_at(W &worker, typename W::Packet &packet) {
  run_inline<D, Port>(worker, packet);
}

// Each kind of hop has `send`, and `send_rarely` for packets that took an unusual way so far. It
// leads to input `Port` of an instance.
struct Hop {
  static constexpr bool connected = true;
};
/// Calls an instance's code for rare ways.
template <typename D, std::size_t Port>
PMILL_INLINE void call_rarely(auto &worker, auto &packet) {
  if constexpr (SelfOf<decltype(packet)>::Layout::in_memory)
    run_cold_at<D, Port>(worker, packet);
  else
    run_rarely<D, Port>(worker, packet.template only<D::live>());
}
/// An output nothing is connected to: the packet ends.
struct Unconnected {
  static constexpr bool connected = false;
  PMILL_INLINE static void send(auto &worker, auto &packet) { worker.release(packet.buffer()); }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) { send(worker, packet); }
};
template <typename D, std::size_t Port = 0>
struct Inline : Hop {
  PMILL_INLINE static void send(auto &worker, auto &packet) { run_inline<D, Port>(worker, packet); }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) {
    call_rarely<D, Port>(worker, packet);
  }
};
template <typename D, std::size_t Port = 0>
struct Direct : Hop {
  PMILL_INLINE static void send(auto &worker, auto &packet) { run_direct<D, Port>(worker, packet); }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) { send(worker, packet); }
};
template <typename D, std::size_t Port = 0>
struct Outlined : Hop {
  PMILL_INLINE static void send(auto &worker, auto &packet) {
    packet.template in_parts<D::live>([&](auto... part) __attribute__((always_inline)) {
      run_outlined<D, Port>(worker, part...);
    });
  }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) {
    call_rarely<D, Port>(worker, packet);
  }
};
template <typename D, std::size_t Port = 0>
struct Cold : Hop {
  PMILL_INLINE static void send(auto &worker, auto &packet) {
    call_rarely<D, Port>(worker, packet);
  }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) { send(worker, packet); }
};
/// A hop that closes a cycle of the graph.
template <typename H>
struct Back : Hop {
  PMILL_INLINE static void send(auto &worker, auto &packet) {
    guarded(worker, packet, [&]() __attribute__((always_inline)) { H::send(worker, packet); });
  }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) {
    guarded(worker, packet,
            [&]() __attribute__((always_inline)) { H::send_rarely(worker, packet); });
  }
};

}  // namespace pmill
