// SPDX-License-Identifier: BSD-3-Clause
// Bit vectors: many rules asked of a packet at once. pmill/match/vectors.py explains them and
// pmill/match/tables.py lays them out.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/match/bytes.hh>
#include <pmill/values.hh>
#include <type_traits>
#include <utility>

namespace pmill {

/// What a packet is looked up by: `size` bytes at `offset` of a header as a number, or without a
/// size the number of bytes of that header, `last` standing for all that are larger. `table` is
/// where its table is, in bytes from the first of the data; items have two bytes or, `wide`, four.
/// `open`: the vector of `last` leaves every row. `root`: no pair has it.
struct VectorField {
  std::uint32_t header = 0;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t last = 0;
  std::uint32_t table = 0;
  bool wide = false;
  bool open = false;
  bool root = false;
};

/// Two fields or earlier pairs that are looked up together: the item `left * size + right`.
struct VectorPair {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  std::uint32_t size = 0;
  std::uint32_t table = 0;
  bool wide = false;
  bool root = false;
};

/// Rules as bit vectors. The other members say where in the data is what, in bytes.
///
/// What a packet has in a field or a pair is a class where a pair has that, and the place of a
/// vector where none does. `ordered`: a vector is `words` words, row by row in the order of the
/// rules. Otherwise it begins with its summary, a bit for each word that is not zero, and has only
/// those words; `priorities` has a number for each row, `firsts` the least of each word. The
/// smallest number of a row that is left is a place in `jumps`, in ordered vectors the row itself;
/// the place behind the last one is for packets without such a row.
///
/// `single`: there is one root for packets that have all bytes, and its class has its jump in
/// `answers`; for other packets `places` says where the class's vector is.
template <std::size_t Fields, std::size_t Pairs>
struct BitVectors {
  std::array<VectorField, Fields> fields{};
  std::array<VectorPair, Pairs> pairs{};
  std::array<std::uint32_t, 3> needed{};  ///< Bytes of each header that any rule looks at.
  std::uint32_t words = 0;
  bool ordered = false;
  bool single = false;
  std::uint32_t vectors = 0;
  std::uint32_t priorities = 0;
  std::uint32_t firsts = 0;
  std::uint32_t jumps = 0;
  std::uint32_t none = 0;  ///< The place in `jumps` of packets that no row is left for.
  std::uint32_t answers = 0;
  std::uint32_t places = 0;
  Data data{};
};

namespace classifier {

/// The search in vectors that are a compile-time constant, `Args::program`.
template <typename Args, std::size_t Headers>
struct VectorSearch {
  static constexpr auto &vectors = Args::program;
  static constexpr std::size_t kFields = vectors.fields.size();
  static constexpr std::size_t kNodes = kFields + vectors.pairs.size();
  static constexpr std::uint32_t kSummary = (vectors.words + 63) / 64;
  using Word = std::uint64_t;
  /// What a packet has in each field and pair.
  using Found = std::array<std::uint32_t, kNodes>;
  using Lengths = std::array<std::uint32_t, Headers>;

  /// The jump of a packet.
  PMILL_INLINE static std::int32_t run(const Bytes<Headers> &packet) {
    if (is_whole(packet)) [[likely]]
      return search<true>(packet, {});
    return packet.in_parts([](auto... parts)
                               __attribute__((always_inline)) { return run_short(parts...); });
  }

  /// Whether a packet has every byte that any rule looks at.
  PMILL_INLINE static bool is_whole(const Bytes<Headers> &packet) {
    bool whole = true;
    for (std::size_t i = 0; i < Headers; ++i)
      if (vectors.needed[i] != 0)
        whole &= std::cmp_greater_equal(packet.end - packet.start[i], vectors.needed[i]);
    return whole;
  }

  /// Any other packet: headers are copied, with zeros for what is missing, which no row asks for.
  PMILL_COLD static std::int32_t run_short(auto... parts) {
    const auto packet = Bytes<Headers>::of_parts(parts...);
    std::array<std::array<std::uint8_t, std::ranges::max(vectors.needed) + 1>, Headers> copies{};
    Bytes<Headers> padded{};
    Lengths lengths{};
    for (std::size_t i = 0; i < Headers; ++i) {
      if (vectors.needed[i] == 0) continue;  // nobody may know where it is
      lengths[i] = static_cast<std::uint32_t>(
          std::min<std::ptrdiff_t>(packet.end - packet.start[i], vectors.needed[i]));
      if (lengths[i] != 0) std::memcpy(copies[i].data(), packet.start[i], lengths[i]);
      padded.start[i] = copies[i].data();
    }
    return search<false>(padded, lengths);
  }

  template <bool Whole>
  PMILL_INLINE static std::int32_t search(const Bytes<Headers> &packet, const Lengths &lengths) {
    Found found{};
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      ((found[I] = lookup<I, Whole>(packet, lengths, found)), ...);
    }(std::make_index_sequence<kNodes>{});
    if constexpr (vectors.single && Whole) return at<std::int32_t>(vectors.answers)[found[kRoot]];
    if constexpr (vectors.single) found[kRoot] = at<std::uint32_t>(vectors.places)[found[kRoot]];
    const std::uint32_t place = vectors.ordered ? first_row<Whole>(found) : least<Whole>(found);
    return at<std::int32_t>(vectors.jumps)[place];
  }

  template <typename T>
  PMILL_INLINE static const T *at(std::uint32_t place) {
    return reinterpret_cast<const T *>(vectors.data.bytes + place);
  }

  template <bool Wide>
  PMILL_INLINE static std::uint32_t item(std::uint32_t table, std::uint32_t number) {
    using Item = std::conditional_t<Wide, std::uint32_t, std::uint16_t>;
    return at<Item>(table)[number];
  }

  /// Whether a field or a pair is to be looked up; and whether the vector that it gives counts.
  template <std::size_t I, bool Whole>
  static constexpr bool asked = [] {
    if constexpr (I < kFields) return !(Whole && vectors.fields[I].open && vectors.fields[I].root);
    return true;
  }();
  template <std::size_t I, bool Whole>
  static constexpr bool counts = [] {
    if constexpr (I < kFields)
      return vectors.fields[I].root && asked<I, Whole>;
    else
      return vectors.pairs[I - kFields].root;
  }();
  /// The only node that counts for packets that have all bytes, where there is one.
  static constexpr std::size_t kRoot = []<std::size_t... I>(std::index_sequence<I...>) {
    return ((counts<I, true> ? I : 0) + ...);
  }(std::make_index_sequence<kNodes>{});

  /// What a packet has in one field or pair.
  template <std::size_t I, bool Whole>
  PMILL_INLINE static std::uint32_t lookup(const Bytes<Headers> &packet, const Lengths &lengths,
                                           const Found &found) {
    if constexpr (!asked<I, Whole>) {
      return 0;
    } else if constexpr (I >= kFields) {
      constexpr VectorPair pair = vectors.pairs[I - kFields];
      return item<pair.wide>(pair.table, found[pair.left] * pair.size + found[pair.right]);
    } else {
      constexpr VectorField field = vectors.fields[I];
      std::uint32_t value = field.last;
      if constexpr (field.size == 2) {
        std::uint16_t raw = 0;
        std::memcpy(&raw, packet.start[field.header] + field.offset, sizeof raw);
        value = net16(raw);
      } else if constexpr (field.size == 1) {
        value = packet.start[field.header][field.offset];
      } else if constexpr (!Whole) {
        value = std::min(lengths[field.header], field.last);
      }
      return item<field.wide>(field.table, value);
    }
  }

  /// The AND of a word of all vectors; `place` says which one of a node's vector.
  template <bool Whole>
  PMILL_INLINE static Word common(const Found &found, auto place) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      Word word = ~Word{0};
      (
          [&] __attribute__((always_inline)) {
            if constexpr (counts<I, Whole>) word &= at<Word>(vectors.vectors)[found[I] + place(I)];
          }(),
          ...);
      return word;
    }(std::make_index_sequence<kNodes>{});
  }

  /// The first row of few, in the order of the rules: no branch depends on the packet.
  template <bool Whole>
  PMILL_INLINE static std::uint32_t first_row(const Found &found) {
    std::uint32_t row = vectors.none;
#pragma clang loop unroll(full)
    for (std::uint32_t word = vectors.words; word-- > 0;) {
      const Word rows = common<Whole>(found, [&](std::size_t) { return word; });
      const auto first = 64 * word + static_cast<std::uint32_t>(std::countr_zero(rows));
      row = rows != 0 ? first : row;
    }
    return row;
  }

  /// The least number of many rows, of which summaries leave few words.
  template <bool Whole>
  PMILL_INLINE static std::uint32_t least(const Found &found) {
    std::uint32_t best = vectors.none;
    Found passed{};  // words of each vector before this summary word
    for (std::uint32_t part = 0; part < kSummary; ++part) {
      const auto summary = [&](std::size_t i) __attribute__((always_inline)) {
        return at<Word>(vectors.vectors)[found[i] + part];
      };
      Word words = common<Whole>(found, [&](std::size_t) { return part; });
      for (; words != 0; words &= words - 1) {
        const auto bit = static_cast<std::uint32_t>(std::countr_zero(words));
        const std::uint32_t word = 64 * part + bit;
        if (at<std::uint32_t>(vectors.firsts)[word] >= best) continue;
        const Word below = (Word{1} << bit) - 1;
        const Word rows = common<Whole>(found, [&](std::size_t i) __attribute__((always_inline)) {
          return kSummary + passed[i] +
                 static_cast<std::uint32_t>(std::popcount(summary(i) & below));
        });
        if (rows == 0) continue;
        const std::uint32_t row = 64 * word + static_cast<std::uint32_t>(std::countr_zero(rows));
        best = std::min(best, at<std::uint32_t>(vectors.priorities)[row]);
      }
      if constexpr (kSummary > 1)
        [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
          (
              [&] __attribute__((always_inline)) {
                if constexpr (counts<I, Whole>)
                  passed[I] += static_cast<std::uint32_t>(std::popcount(summary(I)));
              }(),
              ...);
        }(std::make_index_sequence<kNodes>{});
    }
    return best;
  }
};

}  // namespace classifier
}  // namespace pmill
