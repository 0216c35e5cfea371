// SPDX-License-Identifier: BSD-3-Clause
// A whole program: the instances of a configuration, as workers that run.hh can drive.
//
// `Config` is generated. It has `name`, `Layout`, `virtual_calls`, `each(use)`, which calls
// `use(Tag<instance>{})` for every instance in order that it takes, `instances`, one row each, and
// `Parts<Part>`, which derives from `Part<instance>` for each. Nothing here takes all instances as
// template arguments: symbols would grow with the configuration, and compiling with them.
#pragma once

#include <algorithm>
#include <pmill/args.hh>
#include <pmill/counters.hh>
#include <pmill/foresee.hh>
#include <pmill/marks.hh>
#include <pmill/setup.hh>
#include <pmill/staged.hh>
#include <pmill/virtual.hh>
#include <span>

namespace pmill {

/// A worker of a static program: one object that holds the state of every element. It begins with a
/// page, or its place in one, and with that the program's speed, would depend on what had been
/// allocated before, down to the words of the command line.
template <typename Config>
struct alignas(kPage) StaticWorker final
    : Worker,
      HintRooms<kLookups<Config>>,
      States<Config, kSmallPart>,
      States<Config, kLargePart>,
      States<Config, kRarePart>,
      StageRooms<Config, pmill::Packet<typename Config::Layout>> {
  using Packet = pmill::Packet<typename Config::Layout>;

  template <typename D>
  using SelfAs = Self<D, StaticWorker>;

  PMILL_INLINE StaticWorker() {}
  PMILL_INLINE void wire() {}
  template <typename D>
  PMILL_INLINE auto self() {
    return Self<D, StaticWorker>{{}, *this};
  }
  template <typename D>
  bool was_pulled() const {
    return static_cast<const StateOf<D> &>(*this).was_pulled;
  }
  template <typename D>
  unsigned &credit() {
    return static_cast<StateOf<D> &>(*this).credit;
  }
  template <typename D>
  PMILL_INLINE StateType<typename D::Element> &state() {
    if constexpr (D::Element::spec.shared)
      return Common<D>::locked.state;
    else
      return static_cast<StateOf<D> &>(*this).value;
  }
};

template <typename Config>
struct Program {
  using Worker =
      std::conditional_t<Config::virtual_calls, VirtualWorker<Config>, StaticWorker<Config>>;
  static constexpr std::string_view name = Config::name;
  static constexpr bool is_library = requires { Config::is_library; };
  static constexpr bool has_work = [] {
    bool any = false;
    Config::each([&]<typename D>(Tag<D>)
                   requires(D::Element::spec.source)
                 { any = true; });
    return any;
  }();
  static constexpr bool pulls = [] {
    bool any = false;
    Config::each([&]<typename D>(Tag<D>)
                   requires(kPulls<D>)
                 { any = true; });
    return any;
  }();
  /// Whether packets ever lie in their buffers.
  static constexpr bool leaves = [] {
    bool any = Config::virtual_calls || Worker::Packet::Layout::in_memory;
    Config::each([&]<typename D>(Tag<D>)
                   requires(D::Element::spec.keeps)
                 { any = true; });
    return any;
  }();
  static constexpr View<InstanceInfo> instances = Config::instances;
  static constexpr std::string_view version = Config::version;
  static constexpr std::string_view requirements = Config::requirements;
  static constexpr View<Link> links = Config::links;
  static constexpr View<DecisionCounts> decided = [] {
    if constexpr (requires { Config::decided; })
      return View<DecisionCounts>(Config::decided);
    else
      return View<DecisionCounts>();
  }();
  static constexpr View<Alone> alone = [] {
    if constexpr (requires { Config::alone; })
      return View<Alone>(Config::alone);
    else
      return View<Alone>();
  }();
  static constexpr View<const std::uint64_t *> crossed = [] {
    if constexpr (requires { Config::crossed; })
      return View<const std::uint64_t *>(Config::crossed);
    else
      return View<const std::uint64_t *>();
  }();
  static constexpr std::string_view text = Config::text;

  // What follows goes through all instances in one function each, and only through those that it
  // concerns: a function for every instance costs more to compile than its code.

  /// Lets every element declare what it needs.
  [[gnu::cold]] static void configure(Setup &setup) {
    if (leaves) setup.leave(sizeof(typename Worker::Packet));
    Config::each([]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires(!kFrozen<D>)
                 { Common<D>::args = D::parse_args(); });
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires requires { D::Element::configure(Common<D>::args, setup); }
                 {
                   setup.element(D::name, Described<typename D::Element>::class_name,
                                 kSchedule<D>.home);
                   D::Element::configure(Common<D>::args, setup);
                 });
  }

  /// Makes the state of one worker; EAL runs.
  [[gnu::cold]] static pmill::Worker *make() {
    Config::each([]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires(!std::same_as<typename Common<D>::Shared, Nothing>)
                 { Common<D>::prepare(); });
    auto *worker = new Worker;
    worker->wire();
    return worker;
  }
  [[gnu::cold]] static void destroy(pmill::Worker *w) { delete static_cast<Worker *>(w); }

  /// Elements that all workers share are initialised and finished by the first alone.
  [[gnu::cold]] static void initialize(pmill::Worker &worker) {
    auto &w = static_cast<Worker &>(worker);
    if constexpr (kStaged) {
      if (w.clock.simulated()) w.most_parked = 1;
      w.settle = [](pmill::Worker &own) { run_stages(static_cast<Worker &>(own)); };
    }
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires requires(SelfAs<D> &self) { D::Element::initialize(self); }
                 {
                   if (D::Element::spec.shared && w.index != 0) return;
                   auto &&self = w.template self<D>();
                   D::Element::initialize(self);
                 });
    choose_stages(w);
  }
  [[gnu::cold]] static void finish(pmill::Worker &worker) {
    auto &w = static_cast<Worker &>(worker);
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires requires(SelfAs<D> &self) { D::Element::recount(self); }
                 {
                   if (w.index != 0) return;
                   auto &&self = w.template self<D>();
                   D::Element::recount(self);
                 });
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires requires(SelfAs<D> &self) { D::Element::finish(self); }
                 {
                   if (D::Element::spec.shared && w.index != 0) return;
                   auto &&self = w.template self<D>();
                   D::Element::finish(self);
                 });
  }

  /// One round over what the worker runs.
  PMILL_INLINE static Round poll(Worker &w) {
    Round round;
    unsigned turn = 0;
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires(kRuns<D>)
                 {
                   if (!runs<D>(w, turn)) return;
                   auto &&self = w.template self<D>();
                   for (unsigned n = turns<D>(w); n != 0; --n) {
                     // Inlined first, so that `self` is a value while the loop is optimised.
                     unsigned moved = 0;
                     begin_turn<D::number>();
                     if constexpr (!kPulls<D>) {
                       [[clang::always_inline]] moved = D::Element::poll(self);
                       round.packets += moved;
                     } else if constexpr (requires { D::Element::run(self); }) {
                       [[clang::always_inline]] moved = D::Element::run(self);
                     } else {
                       moved = drain(self);
                     }
                     run_stages(w);
                     end_turn();
                     round.moved += moved;
                     if constexpr (kPulls<D>) round.moved += std::exchange(w.diverted, 0);
                   }
                 });
    return round;
  }
  static void flush(pmill::Worker &worker) {
    auto &w = static_cast<Worker &>(worker);
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires requires(SelfAs<D> &self) { D::Element::flush(self); }
                 {
                   auto &&self = w.template self<D>();
                   D::Element::flush(self);
                 });
    run_stages(w);
    choose_stages(w);
  }

  /// Whether none of the worker's sources will ever make a packet again, whether it runs them or
  /// somebody pulls from them.
  [[gnu::cold]] static bool exhausted(Worker &w) {
    bool all = all_had_turns(w);
    unsigned turn = 0;
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires(D::Element::spec.source || kRuns<D>)
                 {
                   if (kRuns<D> && !runs<D>(w, turn)) return;
                   if (!D::Element::spec.source) return;
                   if (!kRuns<D> && !w.template was_pulled<D>()) return;  // by this worker
                   if constexpr (requires(SelfAs<D> &self) { D::Element::exhausted(self); }) {
                     auto &&self = w.template self<D>();
                     all = all && D::Element::exhausted(self);
                   } else {
                     all = false;
                   }
                 });
    return all;
  }

  /// When the worker, which has nothing to do now, will have something that it waits for; kNever
  /// when it waits for nothing. What was due and is not done is waited for by nobody.
  [[gnu::cold]] static std::int64_t due(Worker &w) {
    const std::int64_t now = w.clock.peek();
    std::int64_t first = kNever;
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires requires(SelfAs<D> &self) { D::Element::due(self); }
                 {
                   auto &&self = w.template self<D>();
                   if (const std::int64_t at = D::Element::due(self); at > now)
                     first = std::min(first, at);
                 });
    return first;
  }

  /// Gives what one worker alone runs to another worker, with its state: what it has counted, and
  /// whether it has ended, are so whoever runs it.
  [[gnu::cold]] static void move(pmill::Worker &from, pmill::Worker &to, std::size_t instance) {
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires(kMoves<D>)
                 {
                   if (D::number != instance) return;
                   std::swap(static_cast<Worker &>(from).template state<D>(),
                             static_cast<Worker &>(to).template state<D>());
                 });
  }

  /// Writes where the states of all instances lie, in their order; nullptr where none counts.
  [[gnu::cold]] static void find_states(pmill::Worker &worker, const void **into) {
    auto &own = static_cast<Worker &>(worker);
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires requires { Described<typename D::Element>::counters; }
                 { into[D::number] = &own.template state<D>(); });
  }

  /// Calls a handler that is a function of an instance, for one worker.
  [[gnu::cold]] static void handle(pmill::Worker &worker, std::size_t instance, HandlerCall &call) {
    auto &w = static_cast<Worker &>(worker);
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires(kFunctions<D> || kRecounts<D> || kIsTold<D>)
                 {
                   if (D::number == instance) handle_at<D>(w.template self<D>(), call);
                 });
    run_stages(w);
  }

 private:
  template <typename D>
  using SelfAs = typename Worker::template SelfAs<D>;
  static constexpr bool kStaged = requires(Worker &w) { w.rooms; };

  /// Whether an instance has handlers that are functions, counts what others count, or is told when
  /// its arguments change.
  template <typename D>
  static constexpr bool kFunctions = requires { Described<typename D::Element>::handlers; };
  template <typename D>
  static constexpr bool kRecounts = requires(SelfAs<D> &self) { D::Element::recount(self); };
  template <typename D>
  static constexpr bool kIsTold =
      !kFrozen<D> && requires(SelfAs<D> &self) { D::Element::reconfigured(self); };

  /// Whether an instance's state goes along when it is moved.
  template <typename D>
  static constexpr bool kMoves = kRuns<D> && !kFrozen<D> && D::Element::spec.workers == "one" &&
                                 !std::same_as<StateType<typename D::Element>, Nothing> &&
                                 std::is_swappable_v<StateType<typename D::Element>>;

  template <typename D>
  static void handle_at(auto &&self, HandlerCall &call) {
    using Kind = HandlerCall::Kind;
    if constexpr (kFunctions<D>)
      if (call.kind == Kind::read || call.kind == Kind::write)
        Described<typename D::Element>::handle(self, call);
    if constexpr (kRecounts<D>)
      if (call.kind == Kind::recount) return D::Element::recount(self);
    if constexpr (kIsTold<D>)
      if (call.kind == Kind::reconfigured) D::Element::reconfigured(self);
  }

  /// Whether the worker runs an instance: one that is placed only there, a device by every worker,
  /// on its own queue, all else by one of them.
  template <typename D>
  PMILL_INLINE static bool runs(const Worker &w, unsigned &turn) {
    constexpr int home = kSchedule<D>.home;
    constexpr bool everywhere = D::Element::spec.everywhere;
    const bool mine = home != kAnyWorker ? worker_at(home, w.count) == w.index
                      : everywhere       ? true
                                         : turn++ % w.count == w.index;
    if constexpr (!kFrozen<D>) {
      const Schedule &now = Common<D>::schedule;
      if (!now.scheduled) return false;
      if (!everywhere && now.home != home) return worker_at(now.home, w.count) == w.index;
    }
    return mine;
  }

  template <typename D>
  PMILL_INLINE static unsigned tickets_of() {
    if constexpr (!kFrozen<D>)
      return Common<D>::schedule.tickets;
    else
      return kSchedule<D>.tickets;
  }

  /// Whether all instances had a turn in this round, in which nothing moved. Those that had not
  /// have one in the next: who waits for others need not wait for nobody.
  static bool all_had_turns(Worker &w) {
    bool all = true;
    unsigned turn = 0;
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline))
                   requires(kRuns<D>)
                 {
                   if (!runs<D>(w, turn)) return;
                   const unsigned tickets = tickets_of<D>();
                   if (tickets >= kTickets || w.template credit<D>() < tickets) return;
                   w.template credit<D>() = kTickets - tickets;
                   all = false;
                 });
    return all;
  }

  /// How often an instance has a turn in this round.
  template <typename D>
  PMILL_INLINE static unsigned turns(Worker &w) {
    const unsigned tickets = tickets_of<D>();
    if (tickets == kTickets) return 1;
    unsigned &credit = w.template credit<D>();
    credit += tickets;
    const unsigned turns = credit / kTickets;
    credit %= kTickets;
    return turns;
  }

  /// Pulls for an element that only knows how to be pushed to.
  PMILL_INLINE static unsigned drain(auto &self) {
    constexpr unsigned kMost = 32;
    unsigned n = 0;
    const auto push = [&](auto &packet) __attribute__((always_inline)) {
      push_into<typename SelfOf<decltype(self)>::Element, 0>(self, packet);
    };
    while (n < kMost && take<0>(self, push)) ++n;
    return n;
  }
};

}  // namespace pmill
