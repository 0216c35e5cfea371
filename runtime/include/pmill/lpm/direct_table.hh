// SPDX-License-Identifier: BSD-3-Clause
// Longest-prefix matching in tables of any size: one or two loads.
//
// DIR-24-8 of Gupta, Lin and McKeown, "Routing lookups in hardware at memory access speeds"
// (INFOCOM 1998): an entry for each /24; where longer prefixes lie in one, its entry names a group
// of 256 entries, one for each address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <pmill/attributes.hh>
#include <pmill/huge_array.hh>
#include <vector>

namespace pmill::lpm {

/// Values of addresses, which are in host order; 0 to begin with. The entries are of type `Entry`,
/// whose highest bit says that the others are the number of a group.
template <typename Entry>
class DirectTable {
 public:
  static constexpr Entry kGroup = Entry{1} << (std::numeric_limits<Entry>::digits - 1);
  /// Values, and numbers of groups, are below.
  static constexpr std::uint32_t kLimit = kGroup;
  static constexpr std::size_t kBlocks = std::size_t{1} << 24;
  static constexpr std::size_t kGroupSize = 256;

  /// Takes memory.
  [[gnu::cold]] void start() { blocks_ = HugeArray<Entry>(kBlocks); }

  PMILL_INLINE std::uint32_t find(std::uint32_t address) const {
    const Entry entry = blocks_[address >> 8];
    if ((entry & kGroup) == 0) [[likely]]
      return entry;
    return groups_[std::size_t{entry & (kGroup - 1u)} * kGroupSize + (address & 0xff)];
  }
  PMILL_INLINE void prefetch(std::uint32_t address) const {
    __builtin_prefetch(&blocks_[address >> 8]);
  }

  /// Gives the addresses from `first` to `last` a value. Ends the program when there is no room for
  /// one more group; with 32 bits there always is.
  [[gnu::cold]] void set(std::uint32_t first, std::uint32_t last, std::uint32_t value);
  /// The groups in use.
  std::size_t groups() const { return used_ - free_.size(); }

 private:
  void set_part(Entry &block, std::uint32_t first, std::uint32_t last, Entry value);
  void set_whole(Entry &block, Entry value);
  std::uint32_t take_group();

  HugeArray<Entry> blocks_;
  HugeArray<Entry> groups_;
  std::size_t used_ = 0;  // groups that were ever in use
  std::vector<std::uint32_t> free_;
};

extern template class DirectTable<std::uint16_t>;
extern template class DirectTable<std::uint32_t>;

}  // namespace pmill::lpm
