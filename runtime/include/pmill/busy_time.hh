// SPDX-License-Identifier: BSD-3-Clause
// How long workers were busy, and how long they are usually.
#pragma once

#include <algorithm>
#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/clock.hh>
#include <vector>

namespace pmill {

/// What stretches of busy iterations cost, in cycles a packet. So many are kept as there is room
/// for, evenly over the run: all, every second one, every fourth one.
class Stretches {
 public:
  void add(std::uint64_t cycles, std::uint64_t packets);
  /// Those of several workers.
  void add(const Stretches &others);
  /// Half of them cost less; 0 when there is none.
  double median() const;

 private:
  static constexpr std::size_t kRoom = 4096;
  std::vector<float> costs_;
  unsigned every_ = 1, skip_ = 0;
};

/// How long a worker was busy. Reading the clock takes as long as handling a packet, so it is read
/// only where a stretch of busy iterations ends.
class BusyTime {
 public:
  explicit BusyTime(Stretches &stretches) : stretches_(stretches) {}

  /// Ends a stretch in which `packets` were handled up to now; `idle`: its last iteration was.
  PMILL_INLINE void pause(std::uint64_t packets, bool idle) {
    const std::uint64_t now = Clock::cycles(), passed = now - since_;
    since_ = now;
    if (packets == packets_) {
      idle_iteration_ = passed;
      return;
    }
    const std::uint64_t busy = passed - (idle ? std::min(passed, idle_iteration_) : 0);
    stretches_.add(busy, packets - packets_);
    packets_ = packets;
    cycles_ += busy;
  }
  /// Begins the next stretch: what was done since the last one is neither busy nor idle.
  PMILL_INLINE void resume() { since_ = Clock::cycles(); }
  std::uint64_t cycles() const { return cycles_; }

 private:
  Stretches &stretches_;
  std::uint64_t since_ = Clock::cycles();
  std::uint64_t packets_ = 0;
  std::uint64_t idle_iteration_ = 0;  // how long one takes
  std::uint64_t cycles_ = 0;
};

}  // namespace pmill
