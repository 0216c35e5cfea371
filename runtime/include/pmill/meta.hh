// SPDX-License-Identifier: BSD-3-Clause
// The metadata a packet can carry beside its bytes. pmill/graph/metadata.py reads this table.
#pragma once

#include <cstdint>

namespace pmill {

/// A set of metadata fields: one bit for every byte of Click's annotation area (0 to 47), then
/// one for every field outside of it.
struct FieldSet {
  std::uint64_t bits = 0;
  constexpr FieldSet operator|(FieldSet other) const { return {bits | other.bits}; }
  constexpr bool operator==(const FieldSet &) const = default;
  constexpr bool contains(FieldSet other) const { return (bits & other.bits) == other.bits; }
};

/// An annotation: `Size` bytes at `Offset` of Click's 48-byte area, read and written as a `T`.
/// Overlaps are Click's and are real: VLAN_TCI lies in AGGREGATE.
template <unsigned Offset, typename T>
struct Annotation {
  using Type = T;
  static constexpr unsigned offset = Offset;
  static constexpr unsigned size = sizeof(T);
  constexpr operator FieldSet() const { return {((std::uint64_t{1} << size) - 1) << offset}; }
  constexpr FieldSet operator|(FieldSet other) const { return FieldSet(*this) | other; }
};

inline constexpr unsigned kAnnotationBytes = 48;

namespace meta {

inline constexpr Annotation<0, std::uint32_t> dst_ip;  // network order
inline constexpr Annotation<16, std::uint8_t> param;   // ICMP_PARAMPROB
inline constexpr Annotation<16, std::uint16_t> paint2;
inline constexpr Annotation<17, std::uint8_t> paint;
inline constexpr Annotation<19, std::uint8_t> fix_ip_src;
inline constexpr Annotation<20, std::uint16_t> vlan_tci;  // network order
inline constexpr Annotation<20, std::uint32_t> aggregate;
inline constexpr Annotation<26, std::uint16_t> extra_packets;
inline constexpr Annotation<28, std::uint32_t> extra_length;
inline constexpr Annotation<32, std::int64_t> first_timestamp;  // ns since the epoch
inline constexpr Annotation<32, std::uint32_t> packet_number;
inline constexpr Annotation<36, std::uint32_t> sequence;
inline constexpr Annotation<40, std::int64_t> perf;

inline constexpr FieldSet mac{std::uint64_t{1} << 48};        // where the MAC header starts
inline constexpr FieldSet network{std::uint64_t{1} << 49};    // where the network header starts
inline constexpr FieldSet transport{std::uint64_t{1} << 50};  // where the transport header starts
inline constexpr FieldSet timestamp{std::uint64_t{1} << 51};  // ns since the epoch
inline constexpr FieldSet type{std::uint64_t{1} << 52};       // whom the frame was sent to

inline constexpr FieldSet flow{std::uint64_t{1} << 53};  // a number of its manager

inline constexpr FieldSet all{(std::uint64_t{1} << 54) - 1};

}  // namespace meta
}  // namespace pmill
