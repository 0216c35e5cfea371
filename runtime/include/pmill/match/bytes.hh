// SPDX-License-Identifier: BSD-3-Clause
// What all ways of matching have in common: the steps of decision programs, and where in a packet
// the bytes are that they, and tables, look at.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <pmill/args.hh>
#include <pmill/attributes.hh>
#include <string_view>
#include <utility>

namespace pmill {

/// One step: are the bits of `mask` in the four bytes at `offset` those of `value`?
///
/// `mask` and `value` are written as the bytes lie in the packet, first byte first, so that
/// 12/08060000%ffff0000 is {12, 0xffff0000, 0x08060000, …}. `yes` and `no` say what follows:
/// a positive number is a step, which always comes later in the program; any other is an output,
/// negated, or kNoOutput. When the packet has not all bytes of the mask, the answer is no. Without
/// a mask nothing is compared: the answer tells whether the first `value` of the four bytes are
/// there.
struct ClassifierNode {
  std::uint32_t offset = 0;
  std::uint32_t mask = 0;
  std::uint32_t value = 0;
  std::int32_t yes = 0;
  std::int32_t no = 0;
  constexpr bool operator==(const ClassifierNode &) const = default;

  /// Whether the answer is yes for every packet.
  constexpr bool always() const { return mask == 0 && value == 0; }
  /// First byte after `offset` that matters, and the first one behind those that matter.
  constexpr std::uint32_t first() const { return mask == 0 ? 0 : std::countl_zero(mask) / 8; }
  constexpr std::uint32_t last() const {
    return mask == 0 ? value : 4 - static_cast<std::uint32_t>(std::countr_zero(mask)) / 8;
  }
};

/// Reads `OFFSET,MASK,VALUE,YES,NO`, all decimal.
inline void parse(ClassifierNode &node, std::string_view text) {
  parse(node.offset, detail::next_item(text, ','));
  parse(node.mask, detail::next_item(text, ','));
  parse(node.value, detail::next_item(text, ','));
  parse(node.yes, detail::next_item(text, ','));
  parse(node.no, text);
}

namespace classifier {

/// The jump of packets that match no pattern.
inline constexpr std::int32_t kNoOutput = -65536;

/// The output, negated, of a jump that ends the program.
constexpr std::size_t output(std::int32_t jump) { return static_cast<std::size_t>(-jump); }

/// Where the bytes are that a program tests: its offsets count from one header, or from several.
/// Then each of them has 256 of the offsets, and the last one all that follow. A header that the
/// packet has not begins at its end.
template <std::size_t Headers>
struct Bytes {
  static constexpr std::uint32_t kStride = 256;
  std::array<const std::uint8_t *, Headers> start;
  const std::uint8_t *end;

  /// The header in which a step tests, and what its offset is there.
  static constexpr std::size_t header(const ClassifierNode &n) {
    return std::min<std::size_t>(n.offset / kStride, Headers - 1);
  }
  static constexpr std::uint32_t offset(const ClassifierNode &n) {
    return n.offset - static_cast<std::uint32_t>(header(n)) * kStride;
  }
  /// How many bytes there must be from the header on for a step to answer yes.
  static constexpr std::uint32_t needed(const ClassifierNode &n) {
    return n.always() ? 0 : offset(n) + n.last();
  }
  PMILL_INLINE const std::uint8_t *at(const ClassifierNode &n) const {
    return start[header(n)] + offset(n);
  }
  PMILL_INLINE bool has(const ClassifierNode &n) const {
    return std::cmp_greater_equal(end - start[header(n)], needed(n));
  }
  /// Calls `use` with the members one by one: they are passed in registers, which this is not.
  PMILL_INLINE auto in_parts(auto &&use) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      return use(start[I]..., end);
    }(std::make_index_sequence<Headers>{});
  }
  PMILL_INLINE static Bytes of_parts(auto... parts) {
    const std::array<const std::uint8_t *, Headers + 1> all{parts...};
    Bytes bytes{};
    std::copy_n(all.begin(), Headers, bytes.start.begin());
    bytes.end = all.back();
    return bytes;
  }
};

}  // namespace classifier
}  // namespace pmill
