// SPDX-License-Identifier: BSD-3-Clause
// Arguments that are not embedded in the program are read from their canonical texts when it
// starts. pmill wrote those texts, so one that cannot be read is a fault of pmill's own.
#pragma once

#include <concepts>
#include <limits>
#include <pmill/values.hh>
#include <string_view>
#include <type_traits>

namespace pmill {

/// Ends the program: `text` is no canonical text of a `type`.
[[noreturn]] void bad_argument(std::string_view type, std::string_view text);

void parse(bool &value, std::string_view text);
void parse(double &value, std::string_view text);
void parse(IPAddress &value, std::string_view text);
void parse(IPPrefix &value, std::string_view text);
void parse(EtherAddress &value, std::string_view text);
/// A handler call and its count; the empty text is none.
void parse(CallAt &value, std::string_view text);
/// Strings and file names: the text itself.
inline void parse(std::string_view &value, std::string_view text) { value = text; }

// A list: items separated by single spaces; the empty text is the empty list.
void parse(List<IPAddress> &value, std::string_view text);
void parse(List<IPPrefix> &value, std::string_view text);
void parse(List<std::string_view> &value, std::string_view text);

namespace detail {

/// A decimal number from `least`, or 0, to `most`.
std::uint64_t parse_unsigned(std::string_view text, std::uint64_t most);
std::int64_t parse_signed(std::string_view text, std::int64_t least, std::int64_t most);

/// Cuts the text before the first `separator` off, and the separator.
std::string_view next_item(std::string_view &text, char separator);

}  // namespace detail

template <std::integral T>
void parse(T &value, std::string_view text) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::unsigned_integral<T>)
    value = static_cast<T>(detail::parse_unsigned(text, Limits::max()));
  else
    value = static_cast<T>(detail::parse_signed(text, Limits::min(), Limits::max()));
}

inline void parse(Duration &value, std::string_view text) { parse(value.ns, text); }
inline void parse(Timestamp &value, std::string_view text) { parse(value.ns, text); }
inline void parse(Bandwidth &value, std::string_view text) { parse(value.bytes_per_second, text); }

template <unsigned Size>
void parse(Anno<Size> &value, std::string_view text) {
  parse(value.offset, text);
}

/// A word of an element's own enumeration, as its number.
template <typename T>
  requires std::is_enum_v<T>
void parse(T &value, std::string_view text) {
  std::underlying_type_t<T> number{};
  parse(number, text);
  value = static_cast<T>(number);
}

/// A list of anything else.
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
