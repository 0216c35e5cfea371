// SPDX-License-Identifier: BSD-3-Clause
// How the fields of a packet's metadata are stored: those that are dead in the program not at all.
#pragma once

#include <array>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/meta.hh>
#include <utility>

namespace pmill::detail {

/// A metadata field that is stored when it is live and costs nothing when it is not. `Tag` keeps
/// the types of dead fields apart, so that they can share an address.
template <bool Live, typename T, unsigned Tag>
struct Slot {
  T value{};
  PMILL_INLINE constexpr T get() const { return value; }
  PMILL_INLINE constexpr void set(T v) { value = v; }
  /// Forgets the value unless `Kept`.
  template <bool Kept>
  PMILL_INLINE constexpr void keep() {
    if constexpr (!Kept) value = T{};
  }
};
template <typename T, unsigned Tag>
struct Slot<false, T, Tag> {
  PMILL_INLINE constexpr T get() const { return T{}; }
  PMILL_INLINE constexpr void set(T) {}
  template <bool Kept>
  PMILL_INLINE constexpr void keep() {}
};

/// The live words of the annotation area.
template <unsigned Bytes>
struct AnnotationArea {
  alignas(4) std::uint8_t bytes[Bytes]{};
  /// Forgets all words but those of a set.
  template <std::uint32_t Words>
  PMILL_INLINE constexpr void keep() {
    [this]<std::size_t... W>(std::index_sequence<W...>) __attribute__((always_inline)) {
      ((Words >> W & 1 ? bytes : std::memset(bytes + 4 * W, 0, 4)), ...);
    }(std::make_index_sequence<Bytes / 4>{});
  }
};
template <>
struct AnnotationArea<0> {};

inline constexpr std::uint8_t kDead = 0xff;

/// Where each byte of Click's annotation area is stored: words of four bytes that hold a live
/// byte are kept, in order, the others dropped.
struct AnnotationMap {
  std::array<std::uint8_t, kAnnotationBytes> place{};
  unsigned bytes = 0;

  explicit constexpr AnnotationMap(FieldSet live) {
    for (unsigned word = 0; word < kAnnotationBytes / 4; ++word) {
      const bool used = (live.bits >> (word * 4) & 0xf) != 0;
      for (unsigned i = 0; i < 4; ++i)
        place[word * 4 + i] = used ? static_cast<std::uint8_t>(bytes + i) : kDead;
      if (used) bytes += 4;
    }
  }
  /// The stored words that hold a byte of `fields`, as bits.
  constexpr std::uint32_t words(FieldSet fields) const {
    std::uint32_t bits = 0;
    for (unsigned i = 0; i < kAnnotationBytes; ++i)
      if (place[i] != kDead && (fields.bits >> i & 1) != 0)
        bits |= std::uint32_t{1} << place[i] / 4;
    return bits;
  }
};

}  // namespace pmill::detail
