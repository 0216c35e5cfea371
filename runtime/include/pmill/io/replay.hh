// SPDX-License-Identifier: BSD-3-Clause
// Which packets of a capture are replayed, and when.
#pragma once

#include <cmath>
#include <cstdint>
#include <pmill/io/formula.hh>
#include <string>

namespace pmill {

/// A span of a capture's time, from START, START_AFTER, END, END_AFTER and INTERVAL.
class ReplayWindow {
 public:
  enum class Place { before, inside, after };

  void start(const auto &args) {
    start_ = args.start.ns;
    start_after_ = args.start_after.ns;
    end_ = args.end.ns;
    end_after_ = args.end_after.ns;
    interval_ = args.interval.ns;
    bounded_ = end_ != 0 || end_after_ != 0 || interval_ != 0;
  }

  /// Where a packet lies. Once one is inside, later ones with earlier times are, too.
  Place place(std::int64_t timestamp) {
    if (!known_) settle(timestamp);
    if (!begun_ && timestamp < start_) return Place::before;
    begun_ = true;
    return bounded_ && timestamp >= end_ ? Place::after : Place::inside;
  }

 private:
  /// Relative times count from the first packet of the file.
  void settle(std::int64_t first) {
    known_ = true;
    if (start_after_ != 0 || start_ == 0) start_ = first + start_after_;
    if (end_after_ != 0) end_ = first + end_after_;
    if (interval_ != 0) end_ = start_ + interval_;
  }

  std::int64_t start_ = 0, start_after_ = 0, end_ = 0, end_after_ = 0, interval_ = 0;
  bool bounded_ = false;
  bool known_ = false;
  bool begun_ = false;
};

/// A pace: the time of the capture as a function of the clock's, from ACCELERATION and TIMING_FNT.
class ReplayPace {
 public:
  /// The empty string, or what is wrong with TIMING_FNT.
  std::string start(const auto &args) {
    percent_ = args.acceleration;
    if (args.timing_fnt.empty()) return {};
    varies_ = true;
    return formula_.compile(args.timing_fnt);
  }

  /// Whether a packet of this timestamp is to be emitted by now; the first one always is.
  bool due(std::int64_t timestamp, std::int64_t now) {
    if (!begun_) {
      begun_ = true;
      capture_begin_ = timestamp;
      clock_begin_ = now;
    }
    const auto elapsed = static_cast<double>(now - clock_begin_);
    if (varies_) percent_ = formula_(elapsed / 1e9);
    // A pace of its own at each moment: what it was since the last look is added up. Where the
    // function has no value, as 1 / x at the first packet, nothing is.
    const double more = (elapsed - elapsed_) * percent_ / 100;
    if (std::isfinite(more)) capture_elapsed_ += more;
    elapsed_ = elapsed;
    return static_cast<double>(timestamp - capture_begin_) <= capture_elapsed_;
  }

  /// When a packet of this timestamp, that was not due at the last look, will be.
  std::int64_t when(std::int64_t timestamp) const {
    constexpr double kLookAgain = 1e6;  // ns, where the pace varies
    const double missing = static_cast<double>(timestamp - capture_begin_) - capture_elapsed_;
    const double wait = varies_ || percent_ <= 0 ? kLookAgain : missing * 100 / percent_;
    return clock_begin_ + static_cast<std::int64_t>(elapsed_ + std::ceil(wait));
  }

 private:
  Formula formula_;
  bool varies_ = false;
  bool begun_ = false;
  double percent_ = 100;
  std::int64_t capture_begin_ = 0, clock_begin_ = 0;
  double elapsed_ = 0, capture_elapsed_ = 0;
};

}  // namespace pmill
