// SPDX-License-Identifier: BSD-3-Clause
#include "latency.hh"

#include <bit>
#include <cstdio>
#include <cstring>

namespace pmill::nic {
namespace {

// The time, and what keeps the sum of all words as it was; an even number of bytes from the start.
constexpr std::uint32_t kWords = 5;
constexpr std::uint32_t kBytes = 2 * kWords;
constexpr std::uint32_t kLeast = 60;
// Ethernet, IP and TCP headers are no place for it.
static_assert(kLeast - kBytes >= 14 + 20 + 8);
// What stayed longer than that never had a stamp.
constexpr std::uint64_t kLongest = std::uint64_t{1} << 36;  // cycles

std::uint32_t folded(std::uint32_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  return (sum & 0xffff) + (sum >> 16);
}

std::uint32_t sum_of(const std::uint8_t *words) {
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < kWords; ++i) {
    std::uint16_t word = 0;
    std::memcpy(&word, words + 2 * i, sizeof word);
    sum += word;
  }
  return folded(sum);
}

}  // namespace

void stamp(std::uint8_t *frame, std::uint32_t length, std::uint64_t now) {
  if (length < kLeast) return;
  std::uint8_t *at = frame + (length & ~1u) - kBytes;
  const std::uint32_t before = sum_of(at);
  std::memcpy(at, &now, sizeof now);
  std::memset(at + sizeof now, 0, kBytes - sizeof now);
  // In ones' complement, minus is plus the complement.
  const auto rest = static_cast<std::uint16_t>(folded(before + (~sum_of(at) & 0xffff)));
  std::memcpy(at + sizeof now, &rest, sizeof rest);
}

void Latencies::note(const std::uint8_t *frame, std::uint32_t length, std::uint64_t now) {
  if (length < kLeast) return;
  std::uint64_t then = 0;
  std::memcpy(&then, frame + (length & ~1u) - kBytes, sizeof then);
  if (then < now && now - then < kLongest) ++counts_[slot_of(now - then)];
}

unsigned Latencies::slot_of(std::uint64_t cycles) {
  const auto bits = static_cast<unsigned>(std::bit_width(cycles));
  if (bits <= kBits + 1) return static_cast<unsigned>(cycles);
  const unsigned shift = bits - kBits - 1;
  return (shift << kBits) + static_cast<unsigned>(cycles >> shift);
}

std::uint64_t Latencies::least_of(unsigned slot) {
  if (slot < (2u << kBits)) return slot;
  const unsigned shift = (slot >> kBits) - 1;
  return static_cast<std::uint64_t>(slot - (shift << kBits)) << shift;
}

bool Latencies::write(const std::string &path, std::uint64_t hz) const {
  std::FILE *file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return false;
  for (unsigned i = 0; i < kSlots; ++i) {
    if (counts_[i] == 0) continue;
    const double ns = static_cast<double>(least_of(i)) * 1e9 / static_cast<double>(hz);
    std::fprintf(file, "%.1f %llu\n", ns, static_cast<unsigned long long>(counts_[i]));
  }
  return std::fclose(file) == 0;
}

}  // namespace pmill::nic
