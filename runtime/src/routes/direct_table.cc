// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pmill/lpm/direct_table.hh>
#include <pmill/setup.hh>

namespace pmill::lpm {

template <typename Entry>
void DirectTable<Entry>::set(std::uint32_t first, std::uint32_t last, std::uint32_t value) {
  const auto entry = static_cast<Entry>(value);
  std::uint32_t block = first >> 8;
  const std::uint32_t end = last >> 8;
  for (; block < end; ++block, first = block << 8) set_part(blocks_[block], first, 0xff, entry);
  set_part(blocks_[block], first, last, entry);
}

/// Of an entry: the addresses whose last octets are from that of `first` to that of `last`.
template <typename Entry>
void DirectTable<Entry>::set_part(Entry &block, std::uint32_t first, std::uint32_t last,
                                  Entry value) {
  const std::uint32_t from = first & 0xff, to = last & 0xff;
  if (from == 0 && to == 0xff) return set_whole(block, value);
  if (block == value) return;
  if ((block & kGroup) == 0) {
    const std::uint32_t number = take_group();
    std::fill_n(&groups_[number * kGroupSize], kGroupSize, block);
    block = static_cast<Entry>(kGroup | number);
  }
  Entry *const group = &groups_[(block & (kGroup - 1u)) * kGroupSize];
  std::fill(group + from, group + to + 1, value);
  const auto same = [&](Entry e) { return e == value; };
  if (std::all_of(group, group + kGroupSize, same)) set_whole(block, value);
}

template <typename Entry>
void DirectTable<Entry>::set_whole(Entry &block, Entry value) {
  if ((block & kGroup) != 0) free_.push_back(block & (kGroup - 1u));
  block = value;
}

template <typename Entry>
std::uint32_t DirectTable<Entry>::take_group() {
  if (!free_.empty()) {
    const std::uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }
  if (used_ == kLimit) fail({}, "the routing table has too many long prefixes");
  if ((used_ + 1) * kGroupSize > groups_.size()) {
    constexpr std::size_t kFirst = (std::size_t{2} << 20) / sizeof(Entry);  // one huge page
    HugeArray<Entry> more(std::max(kFirst, groups_.size() * 2));
    std::copy_n(groups_.data(), used_ * kGroupSize, more.data());
    groups_ = std::move(more);
  }
  return static_cast<std::uint32_t>(used_++);
}

template class DirectTable<std::uint16_t>;
template class DirectTable<std::uint32_t>;

}  // namespace pmill::lpm
