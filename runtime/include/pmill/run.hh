// SPDX-License-Identifier: BSD-3-Clause
// A program from its first to its last moment. What does not depend on the configuration is in
// runtime/src; here is only what the packets' loop must be compiled together with.
#pragma once

#include <atomic>
#include <pmill/apart.hh>
#include <pmill/busy_time.hh>
#include <pmill/report.hh>
#include <pmill/setup.hh>
#include <pmill/worker.hh>
#include <span>
#include <string_view>

namespace pmill {

/// What a worker's loop tells the rest of the program. Written by the worker alone.
struct alignas(kApart) WorkerStatus {
  Worker *worker = nullptr;
  unsigned lcore = 0;
  bool watches = false;                // the only worker: it is the main lcore's work, too
  bool alone = false;                  // nobody else is asked when it ends
  bool naps = false;                   // it sleeps while there is nothing to do
  unsigned busy_rounds = 256;          // after so many it looks up
  unsigned busy_rounds_left = 0;       // until then
  std::atomic<std::uint64_t> idle;     // iterations that found nothing to do
  std::atomic<std::uint64_t> moved;    // packets that were moved before the last idle one
  std::atomic<bool> exhausted{false};  // its sources will not make a packet any more
  std::atomic<bool> over{false};       // its loop has ended, on an lcore of its own
  std::atomic<unsigned> rests{0};      // the number of the pause for which it stood still last
  std::uint64_t handled = 0;           // packets that were moved
  std::uint64_t packets = 0;
  std::uint64_t busy_cycles = 0;
  Stretches stretches;
};

/// A compiled configuration, as the rest of the runtime sees it: `Program` without its types.
struct ProgramInfo {
  std::string_view name;
  std::string_view version;       // of pmill
  std::string_view requirements;  // a line each
  bool has_work;
  std::string_view text;  // of the configuration
  View<InstanceInfo> instances;
  View<Link> links;
  View<const std::uint64_t *> crossed;  // packets on each link, when they are counted
  View<DecisionCounts> decided;
  View<Alone> alone;
  void (*handle)(Worker &, std::size_t instance, HandlerCall &);
  void (*find_states)(Worker &, const void **into);  // of every instance
  void (*move)(Worker &from, Worker &to, std::size_t instance);
  void (*configure)(Setup &);
  Worker *(*make)();
  void (*destroy)(Worker *);
  void (*initialize)(Worker &);
  void (*loop)(WorkerStatus &);
  Round (*turn)(Worker &);  // of a library
  void (*flush)(Worker &);
  void (*finish)(Worker &);
};

/// Runs a program from its command line to its statistics; returns its exit status.
int run(int argc, char **argv, const ProgramInfo &program);

namespace runtime {
/// What the main lcore does now and then, or its only worker between two bursts: stops the program
/// when every expectation is met and the workers have nothing left to do, and what control asks.
/// True when control did something, after which workers may have something to do.
bool watch();
/// What a worker that was asked to look up does; false when the program ends.
bool attend(WorkerStatus &status);
/// Tells whether the sources of a worker, one of several, are exhausted. True, and the program
/// stops, when those of all are and nothing is left in any queue. A program that runs forever does
/// not stop, but rests while there is nothing to do.
bool all_done(WorkerStatus &status, bool exhausted);
/// Whether the only worker, whose sources are exhausted, may end: nothing else wants to go on.
bool may_end();
/// Sleeps, but not beyond `due`, when a worker has been idle for some rounds.
void nap(WorkerStatus &status, std::int64_t due);
/// Lets a simulated clock leap to when the worker will have something to do, or to the end, and
/// stops the program there.
void pass_time(Worker &worker, std::int64_t due);
}  // namespace runtime

/// One round of a worker: packets come, go their ways, and leave.
template <class Program>
PMILL_INLINE Round take_turn(typename Program::Worker &worker) {
  const Round round = Program::poll(worker);
  Program::flush(worker);
  worker.end_burst();
  return round;
}

/// The same of a library, whose loop is the application's.
template <class Program>
[[gnu::noinline]] Round turn(Worker &worker) {
  return take_turn<Program>(static_cast<typename Program::Worker &>(worker));
}

/// One or the other: packets' ways are in a program once.
template <class Program>
PMILL_INLINE Round next_turn(typename Program::Worker &worker) {
  if constexpr (Program::is_library)
    return turn<Program>(worker);
  else
    return take_turn<Program>(worker);
}

/// The loop of one worker.
template <class Program>
void work(WorkerStatus &status) {
  auto &worker = static_cast<typename Program::Worker &>(*status.worker);
  std::uint64_t packets = 0, idle = 0;
  BusyTime time(status.stretches);
  status.busy_rounds_left = status.busy_rounds;
  while (true) {
    if (g_attention.load(std::memory_order_relaxed) != 0) [[unlikely]] {
      if (!runtime::attend(status)) break;
    }
    const Round round = next_turn<Program>(worker);
    status.handled += round.moved;
    if constexpr (Program::pulls) packets += round.packets;
    if (round.moved != 0 && --status.busy_rounds_left != 0) [[likely]]
      continue;
    status.busy_rounds_left = status.busy_rounds;
    const std::uint64_t moved = status.handled;
    time.pause(moved, round.moved == 0);
    if (round.moved == 0) {
      status.moved.store(moved, std::memory_order_relaxed);
      status.idle.store(++idle, std::memory_order_release);
      const bool exhausted = Program::exhausted(worker);
      if (status.alone ? exhausted && runtime::may_end() : runtime::all_done(status, exhausted))
        break;
    }
    const bool controlled = status.watches && runtime::watch();
    if (worker.clock.simulated() && !controlled)
      runtime::pass_time(worker, round.moved == 0 ? Program::due(worker) : worker.clock.now());
    if (status.naps && round.moved == 0) runtime::nap(status, Program::due(worker));
    time.resume();
  }
  time.pause(status.handled, false);
  status.packets = (Program::pulls ? packets : status.handled) + worker.pulled;
  status.busy_cycles = time.cycles();
}

/// A compiled configuration without its types.
template <class Program>
consteval ProgramInfo info() {
  return {
      .name = Program::name,
      .version = Program::version,
      .requirements = Program::requirements,
      .has_work = Program::has_work,
      .text = Program::text,
      .instances = Program::instances,
      .links = Program::links,
      .crossed = Program::crossed,
      .decided = Program::decided,
      .alone = Program::alone,
      .handle = Program::handle,
      .find_states = Program::find_states,
      .move = Program::move,
      .configure = Program::configure,
      .make = Program::make,
      .destroy = Program::destroy,
      .initialize = Program::initialize,
      .loop = work<Program>,
      .turn = Program::is_library ? turn<Program> : nullptr,
      .flush = Program::flush,
      .finish = Program::finish,
  };
}

/// Runs a compiled configuration; the program's main().
template <class Program>
int run(int argc, char **argv) {
  static constexpr ProgramInfo kInfo = info<Program>();
  return run(argc, argv, kInfo);
}

}  // namespace pmill
