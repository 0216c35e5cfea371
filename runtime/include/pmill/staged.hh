// SPDX-License-Identifier: BSD-3-Clause
// Stages: packets of a burst wait for each other before a lookup in two steps, so that its memory
// is there when the second step asks for it.
//
// A packet that comes to a border, a hop `Staged`, is parked in its worker's room of the next
// stage, with the number of the hop by which it goes on. Waiting costs as much as a lookup that
// finds its memory near: while all lookups behind borders say so, nobody waits, and packets go on
// at once. That is decided when no packet waits, once a round. When whoever made the burst has made
// it, the stages run one after the other, each over its packets in the order in which they came. A
// room that is full runs its stage earlier: packets that come later are later in any order.
//
//   using Stages = pmill::Stages<Stage<Inline<lookup>, Inline<out, 1>>, Stage<Inline<last>>>;
//
// is what the generated Config says: by which hops packets go on, stage by stage from 1. A packet
// bound for a later stage than the next is parked at each border, or it would overtake others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <new>
#include <pmill/foresee.hh>
#include <pmill/static.hh>

namespace pmill {

/// The hops by which packets go on in one stage.
template <typename... H>
struct Stage {
  static constexpr std::size_t size = sizeof...(H);
};
/// All stages but the first.
template <typename... S>
struct Stages {
  static constexpr unsigned count = sizeof...(S);
  template <unsigned N>
  using At = std::tuple_element_t<N - 1, std::tuple<S...>>;
};

namespace detail {
template <typename Config>
auto stages_of() {
  if constexpr (requires { typename Config::Stages; })
    return std::type_identity<typename Config::Stages>{};
  else
    return std::type_identity<Stages<>>{};
}

/// Where a hop leads.
template <typename H>
struct Entry;
template <template <typename, std::size_t> typename H, typename D, std::size_t Port>
struct Entry<H<D, Port>> {
  using Instance = D;
  static constexpr std::size_t port = Port;
};
template <typename H, typename D, std::size_t Port>
inline constexpr bool kEnters =
    std::is_same_v<typename Entry<H>::Instance, D> && Entry<H>::port == Port;

struct Found {
  unsigned stage = 0;
  std::uint16_t number = 0;  // among all hops, from 0
};
template <typename D, std::size_t Port, typename... H>
constexpr bool look_in(Found &found, Stage<H...> *) {
  ++found.stage;
  return ((kEnters<H, D, Port> || (++found.number, false)) || ...);
}
/// In which stage packets go on at an input, and the number of the hop.
template <typename D, std::size_t Port, typename... S>
constexpr Found find_entry(Stages<S...> *) {
  Found found;
  (look_in<D, Port>(found, static_cast<S *>(nullptr)) || ...);
  return found;
}
}  // namespace detail

/// The packets of one stage that wait. A packet that lives in memory waits in its buffer.
template <typename P>
class ParkedPackets {
 public:
  /// As many as a burst usually has, and more than the requests for memory that a core has under
  /// way at once. Whether larger rooms would pay was too noisy to tell.
  static constexpr unsigned kRoom = 32;

  unsigned count = 0;

  /// `loops`: how many back edges the packet has crossed.
  PMILL_INLINE void put(auto &packet, std::uint16_t hop, unsigned loops) {
    Item &item = items_[count++];
    if constexpr (P::Layout::in_memory)
      item.object = &packet.template park<meta::all>();  // it may be a copy
    else
      new (item.packet) P(packet);
    item.hop = hop, item.loops = static_cast<std::uint16_t>(loops);
  }
  PMILL_INLINE decltype(auto) packet(unsigned n) {
    if constexpr (P::Layout::in_memory)
      return (*items_[n].object);
    else
      return P(*std::launder(reinterpret_cast<P *>(items_[n].packet)));
  }
  PMILL_INLINE std::uint16_t hop(unsigned n) const { return items_[n].hop; }
  PMILL_INLINE unsigned loops(unsigned n) const { return items_[n].loops; }

 private:
  struct Item {
    union {
      P *object;
      alignas(P) std::uint8_t packet[sizeof(P)];
    };
    std::uint16_t hop;
    std::uint16_t loops;
  };
  Item items_[kRoom];
};

/// What a worker has for its stages.
template <typename Config, typename P>
struct StageRooms {
  using Stages = typename decltype(detail::stages_of<Config>())::type;
  /// Packets that may wait in a room. With a simulated clock one: then every packet goes on at
  /// once, and the clock is asked in the order of an unstaged program.
  unsigned most_parked = ParkedPackets<P>::kRoom;
  /// Whether packets wait, where some lookup may be near.
  bool waits = true;
  ParkedPackets<P> rooms[Stages::count];

  PMILL_INLINE StageRooms() {}
};
template <typename Config, typename P>
  requires(decltype(detail::stages_of<Config>())::type::count == 0)
struct StageRooms<Config, P> {
  using Stages = pmill::Stages<>;
};

namespace detail {
/// The first step of an instance's lookup, where it has one.
template <typename D, std::size_t Port, typename W>
PMILL_INLINE void prepare(W &worker, const auto &packet) {
  using E = typename D::Element;
  const Self<D, W> self{{}, worker};
  if constexpr (requires { E::prepare(self, packet, Input<Port>{}); })
    E::prepare(self, packet, Input<Port>{});
  else if constexpr (requires { E::prepare(self, packet); })
    E::prepare(self, packet);
}
}  // namespace detail

template <unsigned Number, typename W>
void run_stage(W &worker);

namespace detail {
/// Parks a packet, which has the number of its hop, for stage `Number`.
template <unsigned Number, typename W>
PMILL_INLINE void park_for(W &worker, auto &&packet, std::uint16_t hop, unsigned loops) {
  auto &room = worker.rooms[Number - 1];
  room.put(packet, hop, loops);
  if (room.count >= worker.most_parked) [[unlikely]]
    run_stage<Number>(worker);
}

/// Lets a packet go on by a hop.
template <typename H>
PMILL_INLINE void enter(auto &worker, auto &packet) {
  tell<typename Entry<H>::Instance, false>(packet);
  H::send(worker, packet);
}

/// Lets a packet go on by that of the hops, the first of which is number `First`, that it waits
/// for. False when it is none of them.
template <std::uint16_t First, typename... H>
PMILL_INLINE bool go_on(auto &worker, auto &packet, std::uint16_t hop, bool all, Stage<H...> *) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
    return (((all && I + 1 == sizeof...(H)) || hop == First + I ? (enter<H>(worker, packet), true)
                                                                : false) ||
            ...);
  }(std::index_sequence_for<H...>{});
}

/// Does the first step of the lookups of a stage for a packet that waits for it.
template <std::uint16_t First, typename... H>
PMILL_INLINE void prepare_one(auto &worker, const auto &packet, std::uint16_t hop, Stage<H...> *) {
  [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
    ((hop == First + I
          ? (prepare<typename Entry<H>::Instance, Entry<H>::port>(worker, packet), true)
          : false) ||
     ...);
  }(std::index_sequence_for<H...>{});
}

/// How many hops the stages before `Number` have.
template <unsigned Number, typename... S>
consteval std::uint16_t first_hop(Stages<S...> *) {
  unsigned stage = 0, hops = 0;
  ((hops += ++stage < Number ? S::size : 0), ...);
  return static_cast<std::uint16_t>(hops);
}
}  // namespace detail

/// Runs a stage over the packets that wait for it, in order. A function of its own: what is behind
/// the borders of a stage is there once.
template <unsigned Number, typename W>
[[gnu::noinline]] void run_stage(W &worker) {
  using All = typename W::Stages;
  using Own = typename All::template At<Number>;
  constexpr std::uint16_t kFirst = detail::first_hop<Number>(static_cast<All *>(nullptr));
  constexpr bool kLast = Number == All::count;
  auto &room = worker.rooms[Number - 1];
  const unsigned count = std::exchange(room.count, 0);
  const unsigned depth = worker.depth;
  for (unsigned n = 0; n < count; ++n) {
    auto &&packet = room.packet(n);
    const std::uint16_t hop = room.hop(n);
    worker.depth = room.loops(n);
    set_place(worker, n);
    // In the last stage, who goes on by no other hop goes on by the last.
    if (detail::go_on<kFirst>(worker, packet, hop, kLast, static_cast<Own *>(nullptr))) continue;
    if constexpr (!kLast) {
      using Next = typename All::template At<Number + 1>;
      set_place(worker, worker.rooms[Number].count);
      detail::prepare_one<kFirst + Own::size>(worker, packet, hop, static_cast<Next *>(nullptr));
      detail::park_for<Number + 1>(worker, packet, hop, worker.depth);
    }
  }
  worker.depth = depth;
}

/// Lets all packets go on that wait: the burst has been made.
template <typename W>
PMILL_INLINE void run_stages(W &worker) {
  if constexpr (requires { worker.rooms; })
    [&]<unsigned... I>(std::integer_sequence<unsigned, I...>) __attribute__((always_inline)) {
      ((worker.rooms[I].count != 0 ? run_stage<I + 1>(worker) : void()), ...);
    }(std::make_integer_sequence<unsigned, W::Stages::count>{});
}

namespace detail {
/// What a hop into a stage leads to, as far as waiting for it is concerned.
enum class Distance : std::uint8_t { none, far, told };  // no lookup; a far one; it says itself

template <typename H, typename W>
consteval Distance distance_of() {
  using D = typename Entry<H>::Instance;
  using E = typename D::Element;
  using S = const Self<D, W>;
  using P = const typename W::Packet;
  if constexpr (requires(S &self) { E::is_far(self); })
    return Distance::told;
  else if constexpr (
      requires(S &self, P &packet) { E::prepare(self, packet); } ||
      requires(S &self, P &packet) { E::prepare(self, packet, Input<Entry<H>::port>{}); })
    return Distance::far;
  else
    return Distance::none;
}
template <typename W, typename... H>
consteval bool none_is_always_far(Stage<H...> *) {
  return ((distance_of<H, W>() != Distance::far) && ...);
}
template <typename W, typename... S>
consteval bool none_is_always_far(Stages<S...> *) {
  return (none_is_always_far<W>(static_cast<S *>(nullptr)) && ...);
}
/// Whether there are times when no packet need wait.
template <typename W>
inline constexpr bool kMayBeNear =
    none_is_always_far<W>(static_cast<typename W::Stages *>(nullptr));

template <typename H, typename W>
PMILL_INLINE bool is_far(W &worker) {
  using D = typename Entry<H>::Instance;
  const Self<D, W> self{{}, worker};
  if constexpr (distance_of<H, W>() == Distance::told) return D::Element::is_far(self);
  return false;
}
template <typename... H>
PMILL_INLINE bool any_is_far(auto &worker, Stage<H...> *) {
  return (is_far<H>(worker) || ...);
}
template <typename... S>
PMILL_INLINE bool any_is_far(auto &worker, Stages<S...> *) {
  return (any_is_far(worker, static_cast<S *>(nullptr)) || ...);
}
}  // namespace detail

/// Decides whether packets wait from now on; none does.
template <typename W>
PMILL_INLINE void choose_stages(W &worker) {
  if constexpr (requires { worker.rooms; })
    if constexpr (detail::kMayBeNear<W>)
      worker.waits = detail::any_is_far(worker, static_cast<typename W::Stages *>(nullptr));
}

namespace detail {
/// Whether packets wait. Lookups whose sizes are constants have decided when the program was made.
template <typename W>
PMILL_INLINE bool waits(W &worker) {
  if constexpr (!kMayBeNear<W>) return true;
  const bool far = any_is_far(worker, static_cast<typename W::Stages *>(nullptr));
  return __builtin_constant_p(far) ? far : worker.waits;
}
}  // namespace detail

/// A hop into a later stage. `Number`: the stage behind that of whoever sends; `H`: the hop by
/// which packets go on when they do not wait.
template <unsigned Number, typename H>
struct Staged : Hop {
  using D = typename detail::Entry<H>::Instance;
  static constexpr std::size_t Port = detail::Entry<H>::port;

  template <typename W>
  PMILL_INLINE static void send(W &worker, auto &packet) {
    if (!detail::waits(worker)) [[likely]]
      return H::send(worker, packet);
    park(worker, packet);
  }
  template <typename W>
  PMILL_INLINE static void send_rarely(W &worker, auto &packet) {
    if (!detail::waits(worker)) return H::send_rarely(worker, packet);
    park(worker, packet);
  }

 private:
  template <typename W>
  PMILL_INLINE static void park(W &worker, auto &packet) {
    using P = SelfOf<decltype(packet)>;
    constexpr auto kFound = detail::find_entry<D, Port>(static_cast<typename W::Stages *>(nullptr));
    if constexpr (kFound.stage == Number) {
      set_place(worker, worker.rooms[Number - 1].count);
      detail::prepare<D, Port>(worker, packet);
    }
    if constexpr (P::Layout::in_memory)
      detail::park_for<Number>(worker, packet.template park<D::live>(), kFound.number,
                               worker.depth);
    else
      detail::park_for<Number>(worker, packet.template only<D::live>(), kFound.number,
                               worker.depth);
  }
};

}  // namespace pmill
