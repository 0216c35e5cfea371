// SPDX-License-Identifier: BSD-3-Clause
// Time. A worker asks its clock; the clock reads the TSC and was set once by the system's, or it is
// simulated: then it goes on by a tick with every question, and leaps over idleness.
#pragma once

#include <rte_cycles.h>

#include <cstdint>
#include <ctime>
#include <pmill/attributes.hh>

namespace pmill {

/// No point in time: later than all.
inline constexpr std::int64_t kNever = INT64_MAX;

class Clock {
 public:
  /// Ties the TSC to the time of day. Call after EAL has measured the TSC's rate.
  void start() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    epoch_ns_ = now.tv_sec * 1'000'000'000LL + now.tv_nsec;
    start_tsc_ = rte_rdtsc();
    ns_per_cycle_ = 1e9 / static_cast<double>(rte_get_tsc_hz());
  }
  /// Starts a simulated clock at `ns` since the epoch; every question takes `tick` ns.
  void simulate(std::int64_t ns, std::int64_t tick) {
    simulated_ = true;
    epoch_ns_ = ns;
    tick_ns_ = tick;
  }
  bool simulated() const { return simulated_; }
  /// Nanoseconds since the epoch.
  PMILL_INLINE std::int64_t now() {
    if (simulated_) [[unlikely]]
      return tick();
    const auto cycles = static_cast<double>(rte_rdtsc() - start_tsc_);
    return epoch_ns_ + static_cast<std::int64_t>(cycles * ns_per_cycle_);
  }
  /// The time, without taking a simulated clock any.
  PMILL_INLINE std::int64_t peek() { return simulated_ ? epoch_ns_ : now(); }
  /// Goes to a point in time, of a simulated clock; not back.
  void leap(std::int64_t ns) {
    if (ns > epoch_ns_) epoch_ns_ = ns;
  }
  /// What the last question of a simulated clock was answered.
  std::int64_t simulated_now() const { return epoch_ns_; }
  /// Cycles of the TSC, for measuring.
  PMILL_INLINE static std::uint64_t cycles() { return rte_rdtsc(); }

 private:
  [[gnu::cold, gnu::noinline]] std::int64_t tick() { return epoch_ns_ += tick_ns_; }

  std::int64_t epoch_ns_ = 0;  // of a simulated clock, its time
  std::uint64_t start_tsc_ = 0;
  double ns_per_cycle_ = 0;
  std::int64_t tick_ns_ = 0;
  bool simulated_ = false;
};

/// Tells a loop when to look at the clock again: reading it takes too long for every round. A
/// simulated clock is read in every one, so that nothing is done late.
class Glances {
 public:
  /// Whether it is time to look; call `looked` then.
  PMILL_INLINE bool due() { return --rounds_ == 0; }
  void looked(const Clock &clock) { rounds_ = clock.simulated() ? 1 : kRounds; }

 private:
  static constexpr std::uint32_t kRounds = 16;
  std::uint32_t rounds_ = 1;
};

}  // namespace pmill
