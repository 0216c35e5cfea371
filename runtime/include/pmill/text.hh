// SPDX-License-Identifier: BSD-3-Clause
// One line of text for people, put together piece by piece: what Print and IPPrint write.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <pmill/values.hh>
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

/// A line in a fixed buffer that goes to `out` in one piece, unless it is longer than the buffer.
///
///     TextLine(stderr).text("ttl ").number(ttl).text(" from ").address(source);
class TextLine {
 public:
  explicit TextLine(std::FILE *out) : out_(out) {}
  TextLine(const TextLine &) = delete;
  TextLine &operator=(const TextLine &) = delete;
  /// Ends the line and writes it.
  ~TextLine() {
    character('\n');
    write();
    std::fflush(out_);
  }

  TextLine &character(char c) {
    if (used_ == sizeof buffer_) write();
    buffer_[used_++] = c;
    return *this;
  }
  TextLine &text(std::string_view s) {
    for (char c : s) character(c);
    return *this;
  }
  /// A decimal number, with spaces in front when it has less than `width` digits.
  TextLine &number(std::int64_t v, std::size_t width = 0) { return padded(v, width, ' ', 10); }
  /// A decimal number, with zeros in front when it has less than `width` digits.
  TextLine &zeros(std::int64_t v, std::size_t width) { return padded(v, width, '0', 10); }
  /// A hexadecimal number, with zeros in front when it has less than `width` digits.
  TextLine &hex(std::int64_t v, std::size_t width = 0) { return padded(v, width, '0', 16); }

  /// Bytes in hexadecimal, a space between groups; `group` 0 is one group.
  TextLine &hex_bytes(const std::uint8_t *bytes, std::size_t count, std::size_t group = 4) {
    for (std::size_t i = 0; i < count; ++i) {
      if (group != 0 && i != 0 && i % group == 0) character(' ');
      character(kDigits[bytes[i] >> 4]).character(kDigits[bytes[i] & 15]);
    }
    return *this;
  }
  /// Bytes as characters, a dot for what cannot be printed, a space before every group.
  TextLine &ascii_bytes(const std::uint8_t *bytes, std::size_t count, std::size_t group = 8) {
    for (std::size_t i = 0; i < count; ++i) {
      if (group != 0 && i % group == 0) character(' ');
      character(bytes[i] < 32 || bytes[i] > 126 ? '.' : static_cast<char>(bytes[i]));
    }
    return *this;
  }
  /// "10.0.0.1".
  TextLine &address(IPAddress a) {
    for (int i = 0; i < 4; ++i) {
      if (i != 0) character('.');
      number(a.value >> (8 * i) & 0xff);
    }
    return *this;
  }
  /// "02-00-00-00-00-0A", as Click writes Ethernet addresses.
  TextLine &address(const EtherAddress &a) {
    for (std::size_t i = 0; i < a.octets.size(); ++i) {
      if (i != 0) character('-');
      character("0123456789ABCDEF"[a.octets[i] >> 4])
          .character("0123456789ABCDEF"[a.octets[i] & 15]);
    }
    return *this;
  }
  /// A timestamp annotation as seconds and microseconds, "1163525187.094216".
  TextLine &timestamp(std::int64_t annotation) {
    const std::int64_t ns = timestamp_value(annotation);
    return number(ns / 1'000'000'000).character('.').zeros(ns % 1'000'000'000 / 1000, 6);
  }

 private:
  static constexpr char kDigits[] = "0123456789abcdef";

  TextLine &padded(std::int64_t v, std::size_t width, char pad, int base) {
    char digits[24];
    const char *end = std::to_chars(digits, digits + sizeof digits, v, base).ptr;
    const auto length = static_cast<std::size_t>(end - digits);
    for (std::size_t i = length; i < width; ++i) character(pad);
    return text({digits, length});
  }
  void write() {
    std::fwrite(buffer_, 1, used_, out_);
    used_ = 0;
  }

  std::FILE *out_;
  std::size_t used_ = 0;
  char buffer_[2048];
};

}  // namespace pmill
