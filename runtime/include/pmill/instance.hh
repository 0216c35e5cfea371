// SPDX-License-Identifier: BSD-3-Clause
// How element instances are wired. The generated program declares one struct an instance:
//
//   struct ttl {                                   // router.click:12  ttl :: DecIPTTL
//     using Element = DecIPTTL;
//     static constexpr std::string_view name = "ttl";
//     static constexpr unsigned number = 5;          among the instances
//     struct Args { static constexpr bool active = true; … };       frozen, or
//     using Args = Element::Args; static Args parse_args();          filled at start-up, or both:
//     struct Args { static constexpr …; bool active{}; }; static Args parse_args();
//     static constexpr bool holds = true;            what it checks is known
//     static constexpr bool follows = true;          packets come straight from whom it names
//     using Straight = out;                          who gets every burst as it was received
//     static constexpr bool straight = true;         it does
//     static constexpr unsigned foreseen = 0;        its number among those that look at frames
//     static constexpr Told told{.length = 20};      what is known of packets that were kept
//     static constexpr FieldSet live{0x…};                          what is read from here on
//     static constexpr FieldSet born{0x…};                          cleared before it has a packet
//     static constexpr bool rare = true;                            only unusual packets come there
//     using Outputs = Hops<Inline<fragment, 1>, Cold<icmp_error>>;   to inputs 1 and 0
//     using Inputs = Sources<Pull<queue>>;                          where it pulls
//     using Ahead = Instances<queue>;                               what may become full
//   };
//
// static.hh, pull.hh and virtual.hh turn it into `self` objects and calls; here is what they share.
// Nothing here decides: the kind of every hop was decided by pmill's passes.
// templates/program.cc.j2 prints the structs.
#pragma once

#include <array>
#include <concepts>
#include <pmill/apart.hh>
#include <pmill/element.hh>
#include <pmill/guard.hh>
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
  static constexpr bool pulled = (requires { requires H::pulled; } || ...);
  /// Whether output `port` leads anywhere.
  static constexpr bool leads_on(std::size_t port) {
    const std::array<bool, count + 1> is{H::connected...};
    return port < count && is[port];
  }
};

/// The inputs of an instance that pulls, in order.
template <typename... H>
struct Sources {
  static constexpr std::size_t count = sizeof...(H);
  template <std::size_t I>
  using At = std::tuple_element_t<I, std::tuple<H...>>;
};

/// Whether the instance pulls, and whether it is pulled from.
template <typename D>
inline constexpr bool kPulls = requires { typename D::Inputs; };
template <typename D>
inline constexpr bool kPulled = D::Outputs::pulled;
/// The number of inputs of an instance that pulls, 0 of others.
template <typename D>
inline constexpr std::size_t kPulledInputs = [] {
  if constexpr (kPulls<D>)
    return D::Inputs::count;
  else
    return std::size_t{0};
}();
/// Whether the worker's loop runs the instance: it makes or pulls packets, and nobody pulls them
/// from it.
template <typename D>
inline constexpr bool kRuns = (D::Element::spec.source || kPulls<D>) && !kPulled<D>;

/// Whether the element's push is told by which input a packet came.
template <typename E, typename S>
inline constexpr bool kTellsInputs =
    requires(S &self, typename S::Packet &packet) { E::push(self, packet, Input<0>{}); };

/// Whether the instance's arguments are compile-time constants: it has no parser for them.
template <typename D>
inline constexpr bool kFrozen = !requires { D::parse_args(); };
/// Whether all of its arguments can be changed.
template <typename D>
inline constexpr bool kChangeable =
    requires { requires std::same_as<typename D::Args, typename D::Element::Args>; };

/// Whether it is known of all packets that come to the instance that they pass what it checks.
template <typename D>
inline constexpr bool kInstanceHolds = requires { requires D::holds; };

/// Whether all packets come straight from output 0 of the element that its argument tagged
/// `@before` names.
template <typename D>
inline constexpr bool kInstanceFollows = requires { requires D::follows; };

/// Whether a burst leaves as it was received: what is received is what is sent, and of what an
/// instance receives everything goes one way, to an instance where nothing else comes. So nobody
/// keeps a list of what is to be sent: of packets on such a way only their extent is written back.
inline constexpr bool kSentAsReceived = std::same_as<Buffer, Outgoing>;
template <typename D>
inline constexpr bool kBeginsStraight = kSentAsReceived && requires { typename D::Straight; };
template <typename D>
inline constexpr bool kInstanceStraight = kSentAsReceived && requires { requires D::straight; };

/// The number among the lookups that look at frames; negative of an instance that is none.
template <typename D>
inline constexpr int kInstanceForeseen = [] {
  if constexpr (requires { D::foreseen; })
    return static_cast<int>(D::foreseen);
  else
    return -1;
}();

/// Who runs an instance and how often, as the configuration says.
template <typename D>
inline constexpr Schedule kSchedule = [] {
  if constexpr (requires { D::schedule; })
    return D::schedule;
  else
    return Schedule{};
}();

/// The worker that pulls for an instance that every worker runs: the first, or where it is placed.
PMILL_INLINE unsigned puller_of(auto &self) {
  constexpr int home = kSchedule<typename SelfOf<decltype(self)>::Instance>.home;
  return home == kAnyWorker ? 0 : worker_at(home, self.worker.count);
}

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

/// Instances of a configuration.
template <typename... D>
struct Instances {};

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
  /// Of elements whose spec says shared.
  struct alignas(kApart) Locked {
    StateType<Element> state{};
    rte_spinlock_t lock = RTE_SPINLOCK_INITIALIZER;
  };
  static inline Locked locked{};
  static inline Schedule schedule = kSchedule<D>;  // to be changed where args may be

  /// Makes the shared part, once, when memory is there.
  PMILL_INLINE static void prepare() {
    if (shared == nullptr) shared = new Shared(args);
  }
};

/// Holds the lock of an element that all workers share, where there is more than one.
template <typename D>
class SharedGuard : Guard {
 public:
  PMILL_INLINE explicit SharedGuard(const Worker &worker)
      : Guard(Common<D>::locked.lock, D::Element::spec.shared && worker.count > 1) {}
};

/// What is known of every packet that is pulled from an instance that kept it, or goes on to one
/// from a border: it has `length` bytes at least, and its network header is marked `network` bytes
/// from the first one.
struct Told {
  static constexpr std::int32_t kNowhere = INT32_MIN;
  std::uint32_t length = 0;
  std::int32_t network = kNowhere;
  bool pulled = true;
};

/// Tells the optimiser what it cannot see: what is known of a packet that was kept in memory.
template <typename D, bool Pulled>
PMILL_INLINE void tell(auto &packet) {
  if constexpr (requires { requires D::told.pulled == Pulled; }) {
    if constexpr (D::told.network != Told::kNowhere) packet.tell_network(D::told.network);
    if (packet.length() < D::told.length) __builtin_unreachable();
  }
}

/// Gives a packet that came by input `Port` to an element's push. Fields that begin to matter here
/// lie where others did that no longer matter.
template <typename E, std::size_t Port>
PMILL_INLINE void push_into(auto &self, auto &packet) {
  using D = typename SelfOf<decltype(self)>::Instance;
  if constexpr (requires { D::born; }) packet.template clear<D::born>();
  if constexpr (kTellsInputs<E, SelfOf<decltype(self)>>) [[clang::always_inline]]
    E::push(self, packet, Input<Port>{});
  else [[clang::always_inline]]
    E::push(self, packet);
}

namespace detail {
template <typename... D>
PMILL_INLINE bool all_full(auto &worker, Instances<D...> *) {
  return (D::Element::full(Common<D>::args, worker.template state<D>()) && ...);
}
}  // namespace detail

/// Whether an element that yields should make no packets now: all queues behind it are full.
PMILL_INLINE bool blocked(auto &self) {
  using D = typename SelfOf<decltype(self)>::Instance;
  if constexpr (requires { typename D::Ahead; })
    return detail::all_full(self.worker, static_cast<typename D::Ahead *>(nullptr));
  else
    return false;
}

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

/// Pulls from the input `port`, one of the constants 0 … N-1, of which each keeps its own call.
template <std::size_t N>
PMILL_INLINE bool take_from(auto &self, std::size_t port, auto &&use) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
    return ((port == I && self.template from<I>(use)) || ...);
  }(std::make_index_sequence<N>{});
}

/// Tries `port` against the constants 0 … N-1, so that each output keeps its own direct call.
template <std::size_t N>
PMILL_INLINE bool send_to(auto &self, std::size_t port, auto &packet) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
    return ((port == I ? (self.template to<I>(packet), true) : false) || ...);
  }(std::make_index_sequence<N>{});
}

}  // namespace pmill
