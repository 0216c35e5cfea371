// SPDX-License-Identifier: BSD-3-Clause
// Boxes in front of bit vectors: packets that a rule gets which got many. pmill/match/boxes.py says
// how they are found.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/match/bytes.hh>
#include <pmill/match/vectors.hh>
#include <pmill/values.hh>
#include <tuple>
#include <utility>

namespace pmill {

/// A side: the `size` bytes at `offset` of a header are a number whose bit is set from byte `table`
/// of the data on.
struct BoxSide {
  std::uint32_t header = 0;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t table = 0;
};

/// Packets that are inside on all sides have a jump.
template <std::size_t Sides>
struct RuleBox {
  std::array<BoxSide, Sides> sides{};
  std::int32_t jump = 0;
};

/// Rules, and boxes that are looked at before them. Their bits are in `data`.
template <typename Rest, typename... Boxes>
struct Boxed {
  std::tuple<Boxes...> boxes{};
  Data data{};
  Rest rest{};
};

namespace classifier {

/// The rules behind the boxes of `Args::program`, as the arguments of an element without boxes.
template <typename Args>
struct BehindBoxes {
  static constexpr auto &program = Args::program.rest;
};

/// Looks into boxes that are a compile-time constant, `Args::program`, then at all rules.
template <typename Args, std::size_t Headers>
struct BoxSearch {
  static constexpr auto &boxed = Args::program;
  static constexpr std::size_t kBoxes = std::tuple_size_v<decltype(boxed.boxes)>;
  using Search = VectorSearch<BehindBoxes<Args>, Headers>;

  /// The jump of a packet.
  PMILL_INLINE static std::int32_t run(const Bytes<Headers> &packet) {
    if (Search::is_whole(packet)) [[likely]] {
      std::int32_t jump = kNoOutput;
      const bool found =
          [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
            return ((inside<I>(packet) ? (jump = jump_of<I>, true) : false) || ...);
          }(std::make_index_sequence<kBoxes>{});
      if (found) [[likely]]
        return jump;
    }
    return Search::run(packet);
  }

 private:
  template <std::size_t I>
  static constexpr std::int32_t jump_of = std::get<I>(boxed.boxes).jump;

  template <std::size_t I>
  PMILL_INLINE static bool inside(const Bytes<Headers> &packet) {
    constexpr std::size_t kSides = std::get<I>(boxed.boxes).sides.size();
    return [&]<std::size_t... S>(std::index_sequence<S...>) __attribute__((always_inline)) {
      return (has_bit<std::get<I>(boxed.boxes).sides[S]>(packet) & ...);
    }(std::make_index_sequence<kSides>{});
  }
  template <BoxSide Side>
  PMILL_INLINE static bool has_bit(const Bytes<Headers> &packet) {
    std::uint32_t value = 0;
    if constexpr (Side.size == 2) {
      std::uint16_t raw = 0;
      std::memcpy(&raw, packet.start[Side.header] + Side.offset, sizeof raw);
      value = net16(raw);
    } else {
      value = packet.start[Side.header][Side.offset];
    }
    const auto *bits = reinterpret_cast<const std::uint8_t *>(boxed.data.bytes) + Side.table;
    return (bits[value / 8] >> (value % 8) & 1) != 0;
  }
};

}  // namespace classifier
}  // namespace pmill
