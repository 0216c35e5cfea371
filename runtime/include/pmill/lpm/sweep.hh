// SPDX-License-Identifier: BSD-3-Clause
// Overlapping prefixes become ranges of addresses that do not overlap, each with the value of its
// longest prefix: what any structure for longest-prefix matching is made from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <pmill/attributes.hh>

namespace pmill::lpm {

/// The mask of a prefix, and its last address; addresses are in host order.
constexpr std::uint32_t mask_of(unsigned length) {
  return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
}
constexpr std::uint32_t last_of(std::uint32_t address, unsigned length) {
  return address | ~mask_of(length);
}

/// One walk over the addresses of a range. Prefixes that lie in it are added in the order of their
/// addresses, of equal ones the shorter first; `put(first, last, value)` is called for ranges that
/// follow each other without a gap. Two of them may have the same value. Time is linear.
template <typename Put>
class Sweep {
 public:
  /// `value` is that of addresses in no prefix.
  Sweep(std::uint32_t first, std::uint32_t last, std::uint32_t value, Put put)
      : put_(put), at_(first) {
    open_[0] = {last, value};
  }

  void add(std::uint32_t address, unsigned length, std::uint32_t value) {
    while (open_[depth_].last < address) close();
    if (at_ < address) put_(static_cast<std::uint32_t>(at_), address - 1, open_[depth_].value);
    at_ = address;
    open_[++depth_] = {last_of(address, length), value};
  }
  void finish() {
    while (depth_ > 0) close();
    close_range(open_[0]);
  }

 private:
  struct Open {
    std::uint32_t last, value;
  };
  void close() { close_range(open_[depth_--]); }
  void close_range(const Open &open) {
    if (at_ <= open.last) put_(static_cast<std::uint32_t>(at_), open.last, open.value);
    at_ = std::uint64_t{open.last} + 1;
  }

  Put put_;
  std::uint64_t at_;  // the first address that nothing was said of; after the last, it is 2^32
  std::array<Open, 34> open_{};  // prefixes inside of each other: one of each length, and the range
  std::size_t depth_ = 0;
};

}  // namespace pmill::lpm
