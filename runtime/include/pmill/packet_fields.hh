// SPDX-License-Identifier: BSD-3-Clause
// The members of a packet that are there only when the program needs them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/meta.hh>
#include <utility>

namespace pmill {

/// Where metadata lies, `at` so many bytes from the beginning of a packet's area: the annotations
/// of `size` bytes at `first` of Click's, or the one field outside of that whose bit is `first`.
/// pmill decides it: pmill/passes/metadata_layout.py.
struct FieldPlace {
  std::uint8_t first;
  std::uint8_t size;
  std::uint8_t at;

  constexpr FieldSet fields() const {
    const std::uint64_t bits = first < kAnnotationBytes ? (std::uint64_t{1} << size) - 1 : 1;
    return {bits << first};
  }
  constexpr bool holds(FieldSet some) const { return (fields().bits & some.bits) != 0; }
};

namespace detail {

/// A metadata field that is stored when it is live and costs nothing when it is not. `Tag` keeps
/// the types of dead fields apart, so that they can share an address.
template <bool Live, typename T, unsigned Tag>
struct Slot {
  T value{};
  PMILL_INLINE constexpr T get() const { return value; }
  PMILL_INLINE constexpr void set(T v) { value = v; }
};
template <typename T, unsigned Tag>
struct Slot<false, T, Tag> {
  PMILL_INLINE constexpr T get() const { return T{}; }
  PMILL_INLINE constexpr void set(T) {}
};

inline constexpr unsigned kFields = std::bit_width(meta::all.bits);
inline constexpr std::uint8_t kDead = 0xff;

/// Where each byte of Click's annotation area, and each field outside of it, is stored.
struct FieldMap {
  std::array<std::uint8_t, kFields> place{};
  unsigned bytes = 0;
  unsigned alignment = 1;

  explicit constexpr FieldMap(const auto &places) {
    place.fill(kDead);
    for (const FieldPlace &p : places) {
      const unsigned fields = p.first < kAnnotationBytes ? p.size : 1;
      for (unsigned i = 0; i < fields; ++i)
        place[p.first + i] = static_cast<std::uint8_t>(p.at + i);
      bytes = std::max(bytes, unsigned{p.at} + p.size);
      alignment = std::max(alignment, std::min(8U, std::bit_floor(unsigned{p.size})));
    }
    bytes = (bytes + alignment - 1) / alignment * alignment;
  }
  /// Where a field outside of the annotation area is stored.
  constexpr std::uint8_t outside(FieldSet field) const {
    return place[static_cast<std::size_t>(std::countr_zero(field.bits))];
  }
  constexpr bool has(FieldSet field) const { return outside(field) != kDead; }

  /// Whether the places are as pmill meant them: every live field has one, the last ends there, and
  /// no header position shares its bytes.
  static constexpr bool agrees(const auto &places, FieldSet live, unsigned end) {
    constexpr FieldSet headers = meta::mac | meta::transport;
    std::uint64_t placed = meta::network.bits;
    unsigned last = 0;
    for (const FieldPlace &p : places) {
      placed |= p.fields().bits;
      last = std::max(last, unsigned{p.at} + p.size);
      for (const FieldPlace &other : places)
        if (p.first != other.first && p.at < other.at + other.size && other.at < p.at + p.size &&
            (p.holds(headers) || other.holds(headers)))
          return false;
    }
    return (live.bits & ~placed) == 0 && last == end;
  }
};

/// All metadata of a packet but where its network header is, as bytes. Accesses are at constant
/// places, so that the optimiser keeps each field of a local packet in a register of its own.
template <typename Layout, bool Empty = Layout::places.empty()>
struct Area {
  static constexpr FieldMap map{Layout::places};
  alignas(map.alignment) std::uint8_t bytes[map.bytes]{};

  /// A field outside of the annotation area.
  template <FieldSet Field, typename T>
  PMILL_INLINE T get() const {
    using Bytes [[gnu::may_alias]] = T;
    if constexpr (!map.has(Field))
      return T{};
    else
      return *reinterpret_cast<const Bytes *>(bytes + checked<Field, T>());
  }
  template <FieldSet Field, typename T>
  PMILL_INLINE void set(T value) {
    using Bytes [[gnu::may_alias]] = T;
    if constexpr (map.has(Field)) *reinterpret_cast<Bytes *>(bytes + checked<Field, T>()) = value;
  }

  /// Takes over some fields of another area.
  template <FieldSet Some>
  PMILL_INLINE void take(const Area &from) {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      (take_place<Some, I>(from), ...);
    }(std::make_index_sequence<Layout::places.size()>{});
  }
  /// Makes fields 0, which may lie where others were.
  template <FieldSet Some>
  PMILL_INLINE void clear() {
    [this]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      (clear_place<Some, I>(), ...);
    }(std::make_index_sequence<Layout::places.size()>{});
  }

 private:
  template <FieldSet Field, typename T>
  static consteval unsigned checked() {
    constexpr unsigned at = map.outside(Field);
    static_assert(at % alignof(T) == 0 && at + sizeof(T) <= map.bytes);
    return at;
  }
  template <FieldSet Some, std::size_t I>
  PMILL_INLINE void take_place(const Area &from) {
    constexpr FieldPlace p = Layout::places[I];
    if constexpr (p.holds(Some)) std::memcpy(bytes + p.at, from.bytes + p.at, p.size);
  }
  template <FieldSet Some, std::size_t I>
  PMILL_INLINE void clear_place() {
    constexpr FieldPlace p = Layout::places[I];
    if constexpr ((p.fields().bits & ~Some.bits) == 0)
      std::memset(bytes + p.at, 0, p.size);
    else if constexpr (p.holds(Some))
      for (unsigned i = 0; i < p.size; ++i)
        if ((Some.bits >> (p.first + i) & 1) != 0) bytes[p.at + i] = 0;
  }
};
template <typename Layout>
struct Area<Layout, true> {
  static constexpr FieldMap map{Layout::places};
  static constexpr std::uint8_t *bytes = nullptr;
  template <FieldSet, typename T>
  PMILL_INLINE T get() const {
    return T{};
  }
  template <FieldSet, typename T>
  PMILL_INLINE void set(T) {}
  template <FieldSet>
  PMILL_INLINE void take(const Area &) {}
  template <FieldSet>
  PMILL_INLINE void clear() {}
};

}  // namespace detail
}  // namespace pmill
