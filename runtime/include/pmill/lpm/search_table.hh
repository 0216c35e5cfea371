// SPDX-License-Identifier: BSD-3-Clause
// Longest-prefix matching in some hundred routes: a search for the range that an address lies in.
//
// The tree is one of Schlegel, Gemulla and Lehner, "k-ary search on modern processors" (DaMoN
// 2009): a node has 16 keys, which are compared at once, and no pointers. No step depends on what
// the branch predictor says, and 2 or 3 steps are enough for 288 or 4912 ends of ranges.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <pmill/attributes.hh>
#include <span>
#include <vector>

namespace pmill::lpm {

/// Values of ranges of addresses, which are in host order.
class SearchTable {
 public:
  static constexpr std::size_t kKeys = 16;
  static constexpr std::size_t kWays = kKeys + 1;
  static constexpr std::size_t kTwoSteps = kWays * kWays;
  static constexpr std::size_t kThreeSteps = kTwoSteps * kWays;

  /// Whether two steps are enough whatever the prefixes of a table are: each has two ends.
  static constexpr bool two_steps(std::size_t prefixes) { return 2 * prefixes + 1 <= kTwoSteps; }

  struct Range {
    std::uint32_t first, value;
  };
  /// Ranges in order, each up to the next; the first begins with address 0. There are at most
  /// kThreeSteps, or kTwoSteps for those who find in two.
  [[gnu::cold]] void build(std::span<const Range> ranges, bool two_steps);

  template <bool TwoSteps>
  PMILL_INLINE std::uint32_t find(std::uint32_t address) const {
    const Tree &tree = *tree_;
    std::size_t at = step(tree.root, address);
    at = at * kWays + step(tree.middle[at], address);
    if constexpr (!TwoSteps) at = at * kWays + step(tree.leaves[at], address);
    return tree.values[at];
  }

 private:
  struct alignas(64) Node {
    std::array<std::uint32_t, kKeys> keys;
  };
  struct Tree {
    Node root;
    std::array<Node, kWays> middle;
    std::array<Node, kTwoSteps> leaves;  // touched only where there are three steps
    std::array<std::uint16_t, kThreeSteps> values;
  };

  /// How many keys of a node are not above the address.
  PMILL_INLINE static std::size_t step(const Node &node, std::uint32_t address) {
    using Words = std::uint32_t __attribute__((vector_size(kKeys / 2 * 4)));
    using Bits = bool __attribute__((ext_vector_type(kKeys / 2)));
    unsigned found = 0;
    for (std::size_t i = 0; i < kKeys; i += kKeys / 2) {
      Words keys;
      std::memcpy(&keys, &node.keys[i], sizeof keys);
      const auto bits = std::bit_cast<std::uint8_t>(__builtin_convertvector(keys <= address, Bits));
      found |= unsigned{bits} << i;
    }
    return static_cast<std::size_t>(std::popcount(found));
  }

  std::unique_ptr<Tree> tree_;
};

}  // namespace pmill::lpm
