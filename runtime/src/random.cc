// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstring>
#include <pmill/random.hh>

namespace pmill {

void Random::seed(std::uint32_t seed) {
  // A linear congruential generator (Park and Miller) fills the words; the C library takes the
  // seed, and what Schrage's method makes of it, as signed.
  constexpr std::int64_t kMultiplier = 16807, kModulus = 2147483647;
  auto word = static_cast<std::int32_t>(seed == 0 ? 1 : seed);
  for (std::uint32_t &w : words_) {
    w = static_cast<std::uint32_t>(word);
    std::int64_t product = kMultiplier * word % kModulus;
    if (product < 0) product += kModulus;
    word = static_cast<std::int32_t>(product);
  }
  at_ = kTap;
  for (unsigned i = 0; i < 10 * kWords; ++i) next();
}

std::uint32_t Random::next() {
  // words_[at_] is the oldest.
  std::uint32_t &word = words_[at_];
  word += words_[(at_ + kWords - kTap) % kWords];
  at_ = (at_ + 1) % kWords;
  return word >> 1;
}

bool Random::chance(double probability) {
  constexpr std::uint32_t kOne = 1u << 28;
  if (probability >= 1) return true;
  const auto share = static_cast<std::uint32_t>(std::max(probability, 0.0) * kOne + 0.5);
  return (next() & (kOne - 1)) < share;
}

void Random::fill(std::uint8_t *bytes, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; i += 3) {
    const std::uint32_t number = next();
    std::memcpy(bytes + i, &number, std::min(count - i, 3u));
  }
}

}  // namespace pmill
