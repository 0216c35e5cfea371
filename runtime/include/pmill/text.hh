// SPDX-License-Identifier: BSD-3-Clause
// Text for people, put together piece by piece: what Print and IPPrint write, what handlers say.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <pmill/attributes.hh>
#include <pmill/values.hh>
#include <string>
#include <string_view>

namespace pmill {

/// A timestamp annotation of 0 means that nobody set it. A capture may hold a packet of exactly
/// 1970-01-01 00:00; its annotation is this, so that the time survives.
inline constexpr std::int64_t kTimestampOfEpoch = INT64_MIN;
constexpr std::int64_t timestamp_annotation(std::int64_t ns) {
  return ns == 0 ? kTimestampOfEpoch : ns;
}
constexpr std::int64_t timestamp_value(std::int64_t annotation) {
  return annotation == kTimestampOfEpoch ? 0 : annotation;
}

/// A text or a number.
class Piece {
 public:
  constexpr Piece(std::string_view text) : text_(text) {}
  constexpr Piece(const char *text) : text_(text) {}
  Piece(const std::string &text) : text_(text) {}
  template <std::signed_integral T>
  constexpr Piece(T number)
      : number_(number < 0 ? -static_cast<std::uint64_t>(number)
                           : static_cast<std::uint64_t>(number)),
        kind_(number < 0 ? Kind::negative : Kind::positive) {}
  template <std::unsigned_integral T>
  constexpr Piece(T number) : number_(number), kind_(Kind::positive) {}

 private:
  friend std::string join(std::initializer_list<Piece> pieces);
  enum class Kind : std::uint8_t { text, positive, negative };
  std::string_view text_{};
  std::uint64_t number_ = 0;
  Kind kind_ = Kind::text;
};

/// Texts and numbers in a row, as one text: join({"no room for ", count, " packets"}).
std::string join(std::initializer_list<Piece> pieces);

/// A line in a fixed buffer that goes to `out` in one piece, unless it is longer than the buffer.
///
///     TextLine(stderr).text("ttl ").number(ttl).text(" from ").address(source);
class TextLine {
 public:
  PMILL_INLINE explicit TextLine(std::FILE *out) : out_(out) {}
  TextLine(const TextLine &) = delete;
  TextLine &operator=(const TextLine &) = delete;
  /// Ends the line and writes it.
  ~TextLine();

  TextLine &character(char c);
  TextLine &text(std::string_view s);
  /// A decimal number, with spaces in front when it has less than `width` digits.
  TextLine &number(std::int64_t v, std::size_t width = 0);
  /// A decimal number, with zeros in front when it has less than `width` digits.
  TextLine &zeros(std::int64_t v, std::size_t width);
  /// A hexadecimal number, with zeros in front when it has less than `width` digits.
  TextLine &hex(std::int64_t v, std::size_t width = 0);

  /// Bytes in hexadecimal, a space between groups; `group` 0 is one group.
  TextLine &hex_bytes(const std::uint8_t *bytes, std::size_t count, std::size_t group = 4);
  /// Bytes as characters, a dot for what cannot be printed, a space before every group.
  TextLine &ascii_bytes(const std::uint8_t *bytes, std::size_t count, std::size_t group = 8);
  /// "10.0.0.1".
  TextLine &address(IPAddress a);
  /// "02-00-00-00-00-0A", as Click writes Ethernet addresses.
  TextLine &address(const EtherAddress &a);
  /// A timestamp annotation as seconds and microseconds, "1163525187.094216".
  TextLine &timestamp(std::int64_t annotation);

 private:
  TextLine &padded(std::int64_t v, std::size_t width, char pad, int base);
  void write();

  std::FILE *out_;
  std::size_t used_ = 0;
  char buffer_[2048];
};

}  // namespace pmill
