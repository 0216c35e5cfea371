// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pmill/lpm/search_table.hh>

namespace pmill::lpm {

void SearchTable::build(std::span<const Range> ranges, bool two) {
  tree_ = std::make_unique<Tree>();
  const auto at = [&](std::size_t i) { return ranges[std::min(i, ranges.size() - 1)]; };
  // Key i is the first address of range i + 1. Behind the last there are keys above all addresses,
  // but for the highest, and that finds the value of the last range there.
  const auto key = [&](std::size_t i) {
    return i + 1 < ranges.size() ? ranges[i + 1].first : ~std::uint32_t{0};
  };
  const std::size_t all = two ? kTwoSteps : kThreeSteps;
  for (std::size_t i = 0; i < all; ++i) tree_->values[i] = static_cast<std::uint16_t>(at(i).value);
  // A node's keys divide its part of the ranges into 17.
  const auto fill = [&](Node &node, std::size_t first, std::size_t part) {
    for (std::size_t k = 0; k < kKeys; ++k) node.keys[k] = key(first + (k + 1) * part - 1);
  };
  const std::size_t part = all / kWays;
  fill(tree_->root, 0, part);
  for (std::size_t i = 0; i < kWays; ++i) fill(tree_->middle[i], i * part, part / kWays);
  if (!two)
    for (std::size_t i = 0; i < kTwoSteps; ++i) fill(tree_->leaves[i], i * kWays, 1);
}

}  // namespace pmill::lpm
