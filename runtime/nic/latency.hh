// SPDX-License-Identifier: BSD-3-Clause
// How long frames stay in the program: the time at which one was received travels in its last
// bytes, and is compared with the clock when it is transmitted.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace pmill::nic {

/// Writes the time, in cycles of the time stamp counter, into the end of a frame of `length` bytes,
/// of at least 60. The Internet checksum over it stays what it was.
void stamp(std::uint8_t *frame, std::uint32_t length, std::uint64_t now);

/// Counts of times by their length, each to within a 32nd of it.
class Latencies {
 public:
  /// Looks at a frame that is transmitted now; without a stamp it is not counted.
  void note(const std::uint8_t *frame, std::uint32_t length, std::uint64_t now);
  /// Writes a line for every time that occurred, nanoseconds and frames; whether it was possible.
  bool write(const std::string &path, std::uint64_t hz) const;

 private:
  static constexpr unsigned kBits = 5;  // of precision
  static constexpr unsigned kSlots = (64 - kBits) << kBits;

  static unsigned slot_of(std::uint64_t cycles);
  static std::uint64_t least_of(unsigned slot);

  std::array<std::uint64_t, kSlots> counts_{};
};

}  // namespace pmill::nic
