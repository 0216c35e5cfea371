// SPDX-License-Identifier: BSD-3-Clause
// Arguments that are not embedded in the program are read from their canonical texts when it
// starts. pmill wrote those texts, so one that cannot be read is a fault of pmill's own.
#pragma once

#include <charconv>
#include <concepts>
#include <pmill/values.hh>
#include <string_view>
#include <type_traits>

namespace pmill {

/// Ends the program: `text` is no canonical text of a `type`.
[[noreturn]] void bad_argument(std::string_view type, std::string_view text);

namespace detail {

template <typename T>
void parse_number(T &value, std::string_view text, std::string_view type) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) bad_argument(type, text);
}

/// Cuts the text before the first `separator` off, and the separator.
inline std::string_view next_item(std::string_view &text, char separator) {
  const auto at = text.find(separator);
  const auto item = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return item;
}

inline std::uint8_t parse_octet(std::string_view text, int base, std::string_view type) {
  std::uint8_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) bad_argument(type, text);
  return value;
}

}  // namespace detail

inline void parse(bool &value, std::string_view text) {
  if (text != "true" && text != "false") bad_argument("bool", text);
  value = text == "true";
}

template <std::integral T>
void parse(T &value, std::string_view text) {
  detail::parse_number(value, text, "integer");
}

inline void parse(double &value, std::string_view text) {
  detail::parse_number(value, text, "double");
}

inline void parse(IPAddress &value, std::string_view text) {
  std::array<std::uint8_t, 4> octets{};
  for (auto &octet : octets)
    octet = detail::parse_octet(detail::next_item(text, '.'), 10, "IPAddress");
  if (!text.empty()) bad_argument("IPAddress", text);
  value = IPAddress(octets[0], octets[1], octets[2], octets[3]);
}

inline void parse(IPPrefix &value, std::string_view text) {
  IPAddress address;
  parse(address, detail::next_item(text, '/'));
  const unsigned length = detail::parse_octet(text, 10, "IPPrefix");
  if (length > 32) bad_argument("IPPrefix", text);
  value = IPPrefix(address, length);
}

inline void parse(EtherAddress &value, std::string_view text) {
  for (auto &octet : value.octets)
    octet = detail::parse_octet(detail::next_item(text, ':'), 16, "EtherAddress");
  if (!text.empty()) bad_argument("EtherAddress", text);
}

inline void parse(Duration &value, std::string_view text) { parse(value.ns, text); }
inline void parse(Timestamp &value, std::string_view text) { parse(value.ns, text); }
inline void parse(Bandwidth &value, std::string_view text) { parse(value.bytes_per_second, text); }

template <unsigned Size>
void parse(Anno<Size> &value, std::string_view text) {
  parse(value.offset, text);
}

/// Strings and file names: the text itself.
inline void parse(std::string_view &value, std::string_view text) { value = text; }

/// A handler call and its count; the empty text is none.
inline void parse(CallAt &value, std::string_view text) {
  if (!text.empty()) parse(value.at, detail::next_item(text, ' '));
  value.call = text;
}

/// A word of an element's own enumeration, as its number.
template <typename T>
  requires std::is_enum_v<T>
void parse(T &value, std::string_view text) {
  std::underlying_type_t<T> number{};
  parse(number, text);
  value = static_cast<T>(number);
}

/// A list: items separated by single spaces; the empty text is the empty list.
template <typename T>
void parse(List<T> &value, std::string_view text) {
  value.clear();
  while (!text.empty()) {
    T item{};
    parse(item, detail::next_item(text, ' '));
    value.push_back(item);
  }
}

}  // namespace pmill
