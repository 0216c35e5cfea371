// SPDX-License-Identifier: BSD-3-Clause
// A token bucket in whole numbers: what it lets pass is exact, however long it runs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <pmill/clock.hh>

namespace pmill {

/// Lets `rate` units a second pass, and up to `most` at once that did not pass before. A unit is a
/// packet or a byte. Fill and cost are kept in units of 10^-9, the nanosecond's share of one a
/// second.
class TokenBucket {
 public:
  /// Starts with room for `first` units at `now`.
  void start(std::uint64_t rate, std::uint64_t most, std::uint64_t first, std::int64_t now) {
    rate_ = rate;
    most_ = Wide{most} * kNano;
    fill_ = Wide{first} * kNano;
    at_ = now;
  }
  /// Whether `units` are there.
  bool has(std::uint64_t units, std::int64_t now) {
    refill(now);
    return fill_ >= Wide{units} * kNano;
  }
  /// Takes units that are there.
  void take(std::uint64_t units) { fill_ -= Wide{units} * kNano; }
  /// When `units` will be there, if nobody takes any.
  std::int64_t due(std::uint64_t units) const {
    const Wide wanted = Wide{units} * kNano;
    if (fill_ >= wanted) return at_;
    if (rate_ == 0 || wanted > most_) return kNever;
    return at_ + static_cast<std::int64_t>((wanted - fill_ + rate_ - 1) / rate_);
  }

 private:
  using Wide = unsigned __int128;
  static constexpr std::uint64_t kNano = 1'000'000'000;

  void refill(std::int64_t now) {
    if (now <= at_) return;
    fill_ = std::min(most_, fill_ + Wide{rate_} * static_cast<std::uint64_t>(now - at_));
    at_ = now;
  }

  std::uint64_t rate_ = 0;
  Wide most_ = 0;
  Wide fill_ = 0;
  std::int64_t at_ = 0;
};

}  // namespace pmill
