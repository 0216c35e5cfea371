// SPDX-License-Identifier: BSD-3-Clause
// The routes of a table that changes, in order of their prefixes.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <pmill/lpm/sweep.hh>
#include <vector>

namespace pmill::lpm {

/// A prefix, its address in host order and without a host part, and the number of its hop.
struct Entry {
  std::uint32_t address = 0;
  std::uint32_t length = 0;
  std::uint32_t hop = 0;

  /// Addresses first, so that a shorter prefix stands before those that lie in it.
  constexpr std::uint64_t key() const { return std::uint64_t{address} << 6 | length; }
  constexpr std::uint32_t last() const { return last_of(address, length); }
};

/// Entries sorted by their keys, no two of them equal. They lie in buckets by the first bits of
/// their addresses, so that a change moves a few hundred entries of a large table and not all.
class RouteSet {
 public:
  /// The entry of a prefix, nullptr when there is none.
  Entry *find(std::uint32_t address, std::uint32_t length);
  /// Adds an entry whose prefix is not there.
  void add(const Entry &entry);
  /// Removes the entry of a prefix that is there.
  void remove(std::uint32_t address, std::uint32_t length);
  void clear();
  /// The entry of the longest prefix that a prefix lies in, nullptr: none. Neither itself nor the
  /// default route counts.
  const Entry *around(std::uint32_t address, std::uint32_t length);

  /// Calls `use(entry)` for all entries in order whose addresses are from `first` to `last`.
  void each(std::uint32_t first, std::uint32_t last, auto &&use) const {
    for (std::size_t b = first >> kShift; b <= last >> kShift; ++b)
      for (const Entry &entry : buckets_[b])
        if (entry.address >= first && entry.address <= last) use(entry);
  }

 private:
  static constexpr unsigned kShift = 20;
  using Bucket = std::vector<Entry>;

  Bucket &bucket(std::uint32_t address) { return buckets_[address >> kShift]; }
  static Bucket::iterator place(Bucket &bucket, std::uint32_t address, std::uint32_t length);

  std::array<Bucket, std::size_t{1} << (32 - kShift)> buckets_;
};

}  // namespace pmill::lpm
