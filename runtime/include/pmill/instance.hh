// SPDX-License-Identifier: BSD-3-Clause
// How element instances are wired. The generated program declares one struct an instance:
//
//   struct ttl {                                   // router.click:12  ttl :: DecIPTTL
//     using Element = DecIPTTL;
//     static constexpr std::string_view name = "ttl";
//     struct Args { static constexpr bool active = true; … };       frozen, or
//     using Args = Element::Args; static Args parse_args();          filled at start-up
//     static constexpr FieldSet live{0x…};                          what is read from here on
//     using Outputs = Hops<Inline<fragment>, Cold<icmp_error>>;
//   };
//
// and this file turns it into `self` objects and calls. Nothing here decides: the kind of every
// hop was decided by pmill's passes. templates/program.cc.j2 prints the structs.
#pragma once

#include <rte_spinlock.h>

#include <array>
#include <concepts>
#include <pmill/element.hh>
#include <pmill/report.hh>
#include <string_view>
#include <tuple>
#include <utility>

namespace pmill {

/// Names an instance where only a value can stand.
template <typename D>
struct Tag {};

/// The hops of an instance's outputs, in order.
template <typename... H>
struct Hops {
  static constexpr std::size_t count = sizeof...(H);
  template <std::size_t I>
  using At = std::tuple_element_t<I, std::tuple<H...>>;
  /// Whether output `port` leads anywhere.
  static constexpr bool leads_on(std::size_t port) {
    const std::array<bool, count + 1> is{H::connected...};
    return port < count && is[port];
  }
};

/// Whether the instance's arguments are compile-time constants: it has no parser for them.
template <typename D>
inline constexpr bool kFrozen = !requires { D::parse_args(); };

/// What an element that declares no State, or no Shared, has in its place.
struct Nothing {};
inline constexpr Nothing kNothing{};

namespace detail {
template <typename E>
auto state_type() {
  if constexpr (requires { typename E::State; })
    return std::type_identity<typename E::State>{};
  else
    return std::type_identity<Nothing>{};
}
template <typename E>
auto shared_type() {
  if constexpr (requires { typename E::Shared; })
    return std::type_identity<typename E::Shared>{};
  else
    return std::type_identity<Nothing>{};
}
}  // namespace detail

template <typename E>
using StateType = typename decltype(detail::state_type<E>())::type;
template <typename E>
using SharedType = typename decltype(detail::shared_type<E>())::type;

/// The name and the counters of an element class; generated from its header.
template <typename E>
struct Described;

/// What all workers have in common of one instance.
template <typename D>
struct Common {
  using Element = typename D::Element;
  using Shared = SharedType<Element>;

  static inline typename D::Args args{};                   // frozen: an empty object
  static inline constinit const Shared *shared = nullptr;  // made when EAL runs, never freed
  static inline StateType<Element> state{};                // of elements whose spec says shared
  static inline rte_spinlock_t lock = RTE_SPINLOCK_INITIALIZER;

  /// Makes the shared part, once, when memory is there.
  PMILL_INLINE static void prepare() {
    if (shared == nullptr) shared = new Shared(args);
  }
};

/// Holds the lock of an element that all workers share, where there is more than one.
template <typename D>
class SharedGuard {
 public:
  PMILL_INLINE explicit SharedGuard(const Worker &worker)
      : locked_(D::Element::spec.shared && worker.count > 1) {
    if (locked_) rte_spinlock_lock(&Common<D>::lock);
  }
  PMILL_INLINE ~SharedGuard() {
    if (locked_) rte_spinlock_unlock(&Common<D>::lock);
  }
  SharedGuard(const SharedGuard &) = delete;
  SharedGuard &operator=(const SharedGuard &) = delete;

 private:
  bool locked_;
};

/// A round on a cycle of the graph: ends the packet when it has made too many.
PMILL_INLINE void guarded(Worker &worker, auto &packet, auto &&send) {
  if (worker.depth == kMaxLoops) [[unlikely]] {
    ++worker.loops;
    return worker.discard(packet.buffer());
  }
  ++worker.depth;
  send();
  --worker.depth;
}

/// Tries `port` against the constants 0 … N-1, so that each output keeps its own direct call.
template <std::size_t N>
PMILL_INLINE bool send_to(auto &self, std::size_t port, auto &packet) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
    return ((port == I ? (self.template to<I>(packet), true) : false) || ...);
  }(std::make_index_sequence<N>{});
}

// --- static instances: state in the worker, direct calls -------------------------------------

/// One worker's state of an instance; the generated Worker derives from all of them.
template <typename D>
struct StateOf {
  PMILL_INLINE StateOf() {}
  std::conditional_t<D::Element::spec.shared, Nothing, StateType<typename D::Element>> value;
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
  using Element = typename D::Element;
  using Packet = typename W::Packet;
  using Args = typename D::Args;
  using State = StateType<Element>;
  static constexpr std::string_view name = D::name;
  static constexpr bool frozen = kFrozen<D>;
  static constexpr FieldSet live = D::live;
  static constexpr std::size_t output_count = D::Outputs::count;

  static constexpr const Args &args = Common<D>::args;

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
  static constexpr bool connected(std::size_t port) { return D::Outputs::leads_on(port); }
  PMILL_INLINE Self<D, W, true> rarely() const { return Self<D, W, true>{{}, worker}; }
  PMILL_INLINE SharedGuard<D> lock() { return SharedGuard<D>(worker); }

 private:
  PMILL_INLINE static State &find(W &w) {
    if constexpr (Element::spec.shared)
      return Common<D>::state;
    else
      return static_cast<StateOf<D> &>(w).value;
  }
};

/// Runs one packet through an instance, inlined into the caller.
template <typename D, typename W>
PMILL_INLINE void run_inline(W &worker, typename W::Packet &packet) {
  Self<D, W> self{{}, worker};
  [[clang::always_inline]] D::Element::push(self, packet);
}

/// The same as a function; the optimiser may inline it.
template <typename D, typename W>
void run_direct(W &worker, typename W::Packet &packet) {
  run_inline<D>(worker, packet);
}

/// The same out of line, one copy of the code for all callers; the packet comes in parts that fit
/// into registers.
template <typename D, typename W, typename P = typename W::Packet>
[[gnu::noinline]] void run_outlined(W &worker, Buffer buffer, std::uint8_t *data,
                                    std::uint32_t length, typename P::Moved moved,
                                    typename P::Network network, typename P::Others others) {
  P packet(buffer, data, length, moved, network, others);
  run_inline<D>(worker, packet);
}

/// The same for what packets rarely reach: each element is a function of its own, which calls the
/// next. So there is one copy of such code, whichever the unusual ways are.
template <typename D, typename W>
PMILL_COLD void run_rarely(W &worker, const typename W::Packet handed) {
  auto packet = handed;
  Self<D, W, true> self{{}, worker};
  [[clang::always_inline]] D::Element::push(self, packet);
}

/// The same for packets that live in memory.
template <typename D, typename W>
PMILL_COLD void run_cold_at(W &worker, typename W::Packet &packet) {
  run_inline<D>(worker, packet);
}

// Each kind of hop has `send`, and `send_rarely` for packets that took an unusual way so far.
struct Hop {
  static constexpr bool connected = true;
};
/// Calls an instance's code for rare ways.
template <typename D>
PMILL_INLINE void call_rarely(auto &worker, auto &packet) {
  if constexpr (SelfOf<decltype(packet)>::Layout::in_memory)
    run_cold_at<D>(worker, packet);
  else
    run_rarely<D>(worker, packet.template only<D::live>());
}
/// An output nothing is connected to: the packet ends.
struct Unconnected {
  static constexpr bool connected = false;
  PMILL_INLINE static void send(auto &worker, auto &packet) { worker.release(packet.buffer()); }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) { send(worker, packet); }
};
template <typename D>
struct Inline : Hop {
  template <typename W>
  PMILL_INLINE static void send(W &worker, auto &packet) {
    Self<D, W> self{{}, worker};
    [[clang::always_inline]] D::Element::push(self, packet);
  }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) {
    call_rarely<D>(worker, packet);
  }
};
template <typename D>
struct Direct : Hop {
  PMILL_INLINE static void send(auto &worker, auto &packet) { run_direct<D>(worker, packet); }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) { send(worker, packet); }
};
template <typename D>
struct Outlined : Hop {
  PMILL_INLINE static void send(auto &worker, auto &packet) {
    packet.template in_parts<D::live>(
        [&](auto... part) __attribute__((always_inline)) { run_outlined<D>(worker, part...); });
  }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) { send(worker, packet); }
};
template <typename D>
struct Cold : Hop {
  PMILL_INLINE static void send(auto &worker, auto &packet) { call_rarely<D>(worker, packet); }
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

// --- virtual instances: heap objects, tables of pointers ---------------------------------------

/// The base of all heap objects.
template <typename P>
struct Node {
  virtual ~Node() = default;
  virtual void push(P &packet) = 0;
};

/// A hop of a program whose elements are not known to each other; `Link` fills the table.
template <typename D>
struct Virtual : Hop {
  using Target = D;
  static constexpr bool back = false;
};
template <typename D>
struct Back<Virtual<D>> : Hop {
  using Target = D;
  static constexpr bool back = true;
};

/// A virtual instance: the heap object is `self`.
template <typename D, typename W>
struct Box final : Node<typename W::Packet>, SharedPart<D> {
  using Element = typename D::Element;
  using Packet = typename W::Packet;
  using Args = typename D::Args;
  using State = StateType<Element>;
  static constexpr std::string_view name = D::name;
  static constexpr bool frozen = kFrozen<D>;
  static constexpr FieldSet live = D::live;
  static constexpr std::size_t output_count = D::Outputs::count;
  struct Link {
    Node<Packet> *node = nullptr;
    bool back = false;
  };

  W &worker;
  Args args = Common<D>::args;
  State own{};
  State &state = Element::spec.shared ? Common<D>::state : own;
  std::array<Link, D::Outputs::count == 0 ? 1 : D::Outputs::count> links{};
  std::size_t outputs = D::Outputs::count;

  explicit Box(W &w) : worker(w) {}

  void push(Packet &packet) override {
    if constexpr (requires { Element::push(*this, packet); }) Element::push(*this, packet);
  }
  template <std::size_t Port>
  void to(Packet &packet) {
    to(Port, packet) || (worker.release(packet.buffer()), true);
  }
  template <std::size_t Port>
  void to_rarely(Packet &packet) {
    to<Port>(packet);
  }
  bool to(std::size_t port, Packet &packet) {
    if (port >= outputs) return false;
    const Link link = links[port];
    if (link.node == nullptr)
      worker.release(packet.buffer());
    else if (link.back)
      guarded(worker, packet, [&] { link.node->push(packet); });
    else
      link.node->push(packet);
    return true;
  }
  bool connected(std::size_t port) const { return port < outputs && links[port].node != nullptr; }
  Box &rarely() { return *this; }
  SharedGuard<D> lock() { return SharedGuard<D>(worker); }
};

}  // namespace pmill
