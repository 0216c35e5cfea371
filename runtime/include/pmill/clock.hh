// SPDX-License-Identifier: BSD-3-Clause
// Time. A worker asks its clock; the clock reads the TSC and was set once by the system's.
#pragma once

#include <rte_cycles.h>

#include <cstdint>
#include <ctime>
#include <pmill/attributes.hh>

namespace pmill {

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
  /// Nanoseconds since the epoch.
  PMILL_INLINE std::int64_t now() const {
    const auto cycles = static_cast<double>(rte_rdtsc() - start_tsc_);
    return epoch_ns_ + static_cast<std::int64_t>(cycles * ns_per_cycle_);
  }
  /// Cycles of the TSC, for measuring.
  PMILL_INLINE static std::uint64_t cycles() { return rte_rdtsc(); }

 private:
  std::int64_t epoch_ns_ = 0;
  std::uint64_t start_tsc_ = 0;
  double ns_per_cycle_ = 0;
};

}  // namespace pmill
