// SPDX-License-Identifier: BSD-3-Clause
// When a program ends by itself: expectations that are met, sources that are exhausted, and nothing
// left on the way.
#include <rte_launch.h>
#include <rte_lcore.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "control/control.hh"
#include "runtime.hh"

namespace pmill::runtime {
namespace {

/// The ports that --expect names, and how many packets each must have seen.
struct Expected {
  std::uint16_t port;
  std::uint64_t packets;
  bool waits;  // for buffers, if there are none: then no packet is lost
};
std::vector<Expected> g_expected;

bool expectations_met() {
  return std::all_of(g_expected.begin(), g_expected.end(), [](const Expected &e) {
    const PortCounts c = port_counts(e.port);
    return c.rx_packets + c.rx_missed + c.rx_errors + (e.waits ? 0 : c.rx_no_buffer) >= e.packets;
  });
}

/// Notices when no worker has anything left to do. A packet may lie in a queue between two workers,
/// so it is not enough that each was idle: each must have been idle twice while no packet was
/// moved.
class Quiet {
 public:
  bool look() {
    std::vector<Seen> all;  // each worker is looked at once, and judged by that
    for (std::size_t w = 0; w < state().worker_count; ++w) all.push_back(now(w));
    const bool unmoved =
        std::equal(all.begin(), all.end(), seen_.begin(), seen_.end(),
                   [](const Seen &a, const Seen &b) { return a.moved == b.moved; });
    if (!unmoved) {
      seen_ = all;
      return false;
    }
    for (std::size_t w = 0; w < all.size(); ++w)
      if (runs(w) && all[w].idle < seen_[w].idle + 2) return false;
    return true;
  }

 private:
  struct Seen {
    std::uint64_t idle, moved;
  };
  static Seen now(std::size_t w) {
    const WorkerStatus &s = state().workers[w];
    const std::uint64_t idle = s.idle.load(std::memory_order_acquire);
    return {idle, s.moved.load(std::memory_order_relaxed)};
  }
  static bool runs(std::size_t w) {
    const WorkerStatus &s = state().workers[w];
    return s.watches || s.lcore == rte_get_main_lcore() ||
           rte_eal_get_lcore_state(s.lcore) == RUNNING;
  }

  std::vector<Seen> seen_;
};

/// Lets a worker sleep a little when nothing has moved for long. What it waits for, a timer or a
/// call from outside, is then served that much later.
void rest_a_little(const WorkerStatus &status) {
  constexpr unsigned kLong = 1000;  // rounds: simulated time leaps in them
  constexpr useconds_t kMicroseconds = 100;
  thread_local std::uint64_t moved = 0;
  thread_local unsigned rounds = 0;
  const std::uint64_t now = status.moved.load(std::memory_order_relaxed);
  rounds = now == moved ? rounds + 1 : 0;
  moved = now;
  if (rounds > kLong) usleep(kMicroseconds);
}

}  // namespace

void find_expected(const Options &options) {
  for (const auto &e : options.expect) {
    const auto named = [&](const PortState &p) {
      return std::to_string(p.id) == e.port || p.name == e.port;
    };
    const auto port = std::find_if(ports().begin(), ports().end(), named);
    if (port == ports().end() || port->receivers.empty())
      fail("", "--expect names port " + quoted(e.port) + ", from which nothing receives",
           "name a port that a FromDPDKDevice reads");
    const bool waits = std::string_view(port->info.driver_name) == "net_pmill";
    g_expected.push_back({port->id, e.packets, waits});
  }
}

void watch_ports();

bool expects() { return !g_expected.empty(); }

bool watch() {
  Control &control = Control::instance();
  const bool did = control.active() && control.turn();
  if (expects()) watch_ports();
  return did;
}

bool may_end() {
  Control &control = Control::instance();
  if (control.owes_calls()) return false;
  if (!control.holds()) return true;
  // A script that waits for the end hears of it once.
  if (control.waits_for_stop()) control.wish();
  return false;
}

void watch_ports() {
  static std::uint64_t calls = 0;
  static std::uint64_t met_at = 0;  // TSC
  static Quiet quiet;
  if (met_at != 0) {
    // A source without an end never lets its worker be idle; two seconds are patience enough.
    const bool patient = Clock::cycles() - met_at < 2 * rte_get_tsc_hz();
    if (quiet.look() || !patient) stop_program();
    return;
  }
  // Devices count slowly; the first calls look at once, so that short runs end at once. By
  // number, not by time: a run on a fixed trace must take the same instructions every time.
  if (++calls > 64 && calls % 64 != 0) return;
  if (!expectations_met()) return;
  met_at = Clock::cycles();
  quiet.look();
}

bool all_done(WorkerStatus &status, bool exhausted) {
  if (state().options.forever) {
    if (exhausted) rest_a_little(status);
    return false;
  }
  status.exhausted.store(exhausted, std::memory_order_relaxed);
  const auto all = workers();
  if (&status != all.data()) return false;
  static Quiet quiet;
  const bool over = std::all_of(all.begin(), all.end(), [](const WorkerStatus &s) {
    return s.exhausted.load(std::memory_order_relaxed);
  });
  if (!over || !quiet.look() || !may_end()) return false;
  stop_program();
  return true;
}

void nap(WorkerStatus &status, std::int64_t due) {
  constexpr std::uint64_t kRounds = 64;         // idle ones before the first nap
  constexpr std::int64_t kLongest = 1'000'000;  // ns
  thread_local std::uint64_t moved = 0, since = 0;
  const std::uint64_t idle = status.idle.load(std::memory_order_relaxed);
  const std::uint64_t now_moved = status.moved.load(std::memory_order_relaxed);
  if (now_moved != moved) moved = now_moved, since = idle;
  if (idle - since < kRounds) return;
  Control &control = Control::instance();
  // The longer nothing came the longer it sleeps, up to a millisecond.
  std::int64_t ns = std::min<std::int64_t>(
      kLongest, 10'000 << std::min<std::uint64_t>((idle - since - kRounds) / 8, 7));
  if (status.watches) due = std::min(due, control.due());
  if (due != kNever) ns = std::min(ns, due - control.now());
  if (ns < 1000) return;
  if (status.watches)
    control.wait(static_cast<unsigned>(ns / 1000));
  else
    usleep(static_cast<useconds_t>(ns / 1000));
}

void pass_time(Worker &worker, std::int64_t due) {
  State &s = state();
  due = std::min(due, Control::instance().due());
  std::int64_t end = kNever;
  if (s.options.duration > 0)
    end = s.options.epoch + static_cast<std::int64_t>(s.options.duration * 1e9);
  if (const std::int64_t to = std::min(due, end); to != kNever) worker.clock.leap(to);
  if (worker.clock.simulated_now() >= end) stop_program();
}

}  // namespace pmill::runtime
