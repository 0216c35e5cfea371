// SPDX-License-Identifier: BSD-3-Clause
// The types an element's arguments can have. pmill/elaborate/values.py prints and checks them.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

namespace pmill {

static_assert(std::endian::native == std::endian::little, "pmill supports little-endian hosts");

/// Swaps between host and network order.
constexpr std::uint16_t net16(std::uint16_t v) { return __builtin_bswap16(v); }
constexpr std::uint32_t net32(std::uint32_t v) { return __builtin_bswap32(v); }

/// A byte of a header. Unlike std::uint8_t, which may alias anything, it is a type of its own: the
/// compiler need not reload pointers and counters after a header was written.
class Octet {
 public:
  constexpr Octet() = default;
  constexpr Octet(std::uint8_t v) : value_(static_cast<Raw>(v)) {}
  constexpr operator std::uint8_t() const { return static_cast<std::uint8_t>(value_); }

 private:
  enum class Raw : std::uint8_t {};
  Raw value_{};
};

/// An IPv4 address, kept in network order as packets carry it.
struct IPAddress {
  std::uint32_t value = 0;
  constexpr IPAddress() = default;
  constexpr explicit IPAddress(std::uint32_t network_order) : value(network_order) {}
  constexpr IPAddress(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d)
      : value(a | b << 8 | c << 16 | std::uint32_t{d} << 24) {}
  /// Host order, for comparing and computing.
  constexpr std::uint32_t host() const { return net32(value); }
  constexpr explicit operator bool() const { return value != 0; }
  constexpr bool operator==(const IPAddress &) const = default;
  constexpr bool is_multicast() const { return (value & 0xf0) == 0xe0; }
  constexpr bool is_broadcast() const { return value == 0xffffffff; }
};

/// An IPv4 prefix. `address` keeps its host part ("10.0.0.1/8"); `mask` is in network order.
struct IPPrefix {
  IPAddress address;
  IPAddress mask;
  constexpr IPPrefix() = default;
  constexpr IPPrefix(IPAddress a, unsigned length)
      : address(a), mask(net32(length == 0 ? 0 : ~std::uint32_t{0} << (32 - length))) {}
  constexpr bool contains(IPAddress a) const {
    return ((a.value ^ address.value) & mask.value) == 0;
  }
  constexpr unsigned length() const { return static_cast<unsigned>(std::popcount(mask.value)); }
  /// The directed broadcast address of the prefix.
  constexpr IPAddress broadcast() const { return IPAddress(address.value | ~mask.value); }
  constexpr bool operator==(const IPPrefix &) const = default;
};

/// An Ethernet address.
struct EtherAddress {
  std::array<std::uint8_t, 6> octets{};
  constexpr bool operator==(const EtherAddress &) const = default;
};

/// A span of time in nanoseconds.
struct Duration {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const Duration &) const = default;
};

/// A point in time in nanoseconds since the epoch.
struct Timestamp {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const Timestamp &) const = default;
};

/// A rate in bytes a second.
struct Bandwidth {
  std::uint64_t bytes_per_second = 0;
  constexpr bool operator==(const Bandwidth &) const = default;
};

/// The place of an annotation of `Size` bytes: its offset in Click's 48-byte area.
template <unsigned Size>
struct Anno {
  std::uint8_t offset = 0;
  constexpr bool operator==(const Anno &) const = default;
};

/// A list argument. Embedded, it is a std::array with the same items.
template <typename T>
using List = std::vector<T>;

/// Items that lie somewhere in a row: a list argument, an array. A std::span by another name, for
/// the sake of the compiler: to convert an array into one takes it longer than to compile an
/// element.
template <typename T>
class View {
 public:
  constexpr View() = default;
  template <std::size_t N>
  constexpr View(const T (&array)[N]) : first_(array), size_(N) {}
  constexpr View(const T *first, std::size_t size) : first_(first), size_(size) {}
  template <typename L>
  constexpr View(const L &list) : first_(list.data()), size_(list.size()) {}

  constexpr const T *begin() const { return first_; }
  constexpr const T *end() const { return first_ + size_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const T &operator[](std::size_t i) const { return first_[i]; }

 private:
  const T *first_ = nullptr;
  std::size_t size_ = 0;
};

/// Binary data of the program, aligned to 64 bytes: a large table that pmill made or a file says.
struct Data {
  const std::byte *bytes = nullptr;
  std::size_t size = 0;
  /// The data as items of a trivial type; what is left behind the last whole one is not seen.
  template <typename T>
  View<T> as() const {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 64);
    return {reinterpret_cast<const T *>(bytes), size / sizeof(T)};
  }
  constexpr bool operator==(const Data &) const = default;
};

/// A handler to write when a count reaches `at`: `ELEMENT.HANDLER VALUE`; at 0 never.
struct CallAt {
  std::uint64_t at = 0;
  std::string_view call{};
};

/// A port; a configuration may also write the name of a service.
using TcpPort = std::uint16_t;
using UdpPort = std::uint16_t;

/// A string argument: any bytes.
using String = std::string_view;
/// One word: visible characters but for quotes, backslash and comma.
using Word = std::string_view;
/// The name of a file, `-` for standard input or output.
using Filename = std::string_view;

}  // namespace pmill
