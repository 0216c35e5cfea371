// SPDX-License-Identifier: BSD-3-Clause
// The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998): std::mt19937 without the time that
// it takes to compile <random>, and with numbers that are made some at a time, by vectors.
#pragma once

#include <cstdint>
#include <pmill/attributes.hh>

namespace pmill {

class MersenneTwister {
 public:
  explicit MersenneTwister(std::uint32_t seed = 5489) {
    words_[0] = seed;
    for (std::uint32_t i = 1; i < kWords; ++i)
      words_[i] = 1812433253u * (words_[i - 1] ^ words_[i - 1] >> 30) + i;
  }

  /// A number of 32 bits.
  PMILL_INLINE std::uint32_t next() {
    if (at_ == kBlock) [[unlikely]]
      make();
    return numbers_[at_++];
  }
  /// The exclusive or of the next `count` numbers.
  PMILL_INLINE std::uint32_t next_joined(std::uint32_t count) {
    std::uint32_t joined = 0;
    if (count > kBlock - at_) [[unlikely]] {
      for (std::uint32_t i = 0; i < count; ++i) joined ^= next();
      return joined;
    }
    const std::uint32_t *const numbers = numbers_ + at_;
    at_ += count;
    for (std::uint32_t i = 0; i < count; ++i) joined ^= numbers[i];
    return joined;
  }

 private:
  static constexpr std::uint32_t kWords = 624;
  static constexpr std::uint32_t kDistance = 397;
  // Not all at once: they would take as much of the nearest memory as the state does.
  static constexpr std::uint32_t kBlock = 48;
  static_assert(kWords % kBlock == 0);

  /// Makes the next numbers.
  [[gnu::noinline]] void make() {
    if (used_ == kWords) twist();
    const std::uint32_t *const words = words_ + used_;
    for (std::uint32_t i = 0; i < kBlock; ++i) numbers_[i] = tempered(words[i]);
    used_ += kBlock;
    at_ = 0;
  }
  /// Makes the next words of the state.
  void twist() {
    // In two halves, so that vectors hold several words: neither reads what it has just made.
    constexpr std::uint32_t kFirst = kWords - kDistance;
    for (std::uint32_t i = 0; i < kFirst; ++i)
      words_[i] = twisted(words_[i], words_[i + 1], words_[i + kDistance]);
    for (std::uint32_t i = kFirst; i < kWords - 1; ++i)
      words_[i] = twisted(words_[i], words_[i + 1], words_[i - kFirst]);
    words_[kWords - 1] = twisted(words_[kWords - 1], words_[0], words_[kDistance - 1]);
    used_ = 0;
  }
  static constexpr std::uint32_t twisted(std::uint32_t high, std::uint32_t low, std::uint32_t far) {
    const std::uint32_t joined = (high & 0x80000000u) | (low & 0x7fffffffu);
    return far ^ joined >> 1 ^ (joined & 1 ? 0x9908b0dfu : 0);
  }
  static constexpr std::uint32_t tempered(std::uint32_t word) {
    word ^= word >> 11;
    word ^= word << 7 & 0x9d2c5680u;
    word ^= word << 15 & 0xefc60000u;
    return word ^ word >> 18;
  }

  std::uint32_t at_ = kBlock;
  std::uint32_t used_ = kWords;  // words whose numbers were made
  std::uint32_t numbers_[kBlock];
  std::uint32_t words_[kWords];
};

}  // namespace pmill
