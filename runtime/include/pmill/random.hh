// SPDX-License-Identifier: BSD-3-Clause
// Random numbers for elements that leave something to chance. Every worker has a generator of its
// own; RandomSeed makes all of them repeat.
#pragma once

#include <cstdint>

namespace pmill {

/// The additive feedback generator of the C library's random(): the same numbers from a seed, so
/// that what depends on them is as it is in Click.
class Random {
 public:
  /// Starts anew; 0 counts as 1.
  void seed(std::uint32_t seed);

  /// A number of 31 bits.
  std::uint32_t next();

  /// True with a probability, which is rounded to a multiple of 2^-28. What is certain takes no
  /// number from the generator.
  bool chance(double probability);

  /// Fills `count` bytes.
  void fill(std::uint8_t *bytes, std::uint32_t count);

 private:
  static constexpr unsigned kWords = 31;  // a number depends on that 31 before it
  static constexpr unsigned kTap = 3;     // and on that 3 before it

  unsigned at_ = 0;
  std::uint32_t words_[kWords]{};
};

}  // namespace pmill
