// SPDX-License-Identifier: BSD-3-Clause
#include <charconv>
#include <pmill/args.hh>

#include "runtime.hh"

namespace pmill {
namespace {

template <typename T>
T parse_number(std::string_view text, std::string_view type) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) bad_argument(type, text);
  return value;
}

std::uint8_t parse_octet(std::string_view text, int base, std::string_view type) {
  std::uint8_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) bad_argument(type, text);
  return value;
}

template <typename T>
void parse_list(List<T> &value, std::string_view text) {
  value.clear();
  while (!text.empty()) parse(value.emplace_back(), detail::next_item(text, ' '));
}

}  // namespace

void bad_argument(std::string_view type, std::string_view text) {
  fail(
      "",
      "internal: " + runtime::quoted(text) + " is not the canonical text of a " + std::string(type),
      "this is a fault of pmill, not of the configuration; please report it");
}

namespace detail {

std::uint64_t parse_unsigned(std::string_view text, std::uint64_t most) {
  const auto value = parse_number<std::uint64_t>(text, "integer");
  if (value > most) bad_argument("integer", text);
  return value;
}

std::int64_t parse_signed(std::string_view text, std::int64_t least, std::int64_t most) {
  const auto value = parse_number<std::int64_t>(text, "integer");
  if (value < least || value > most) bad_argument("integer", text);
  return value;
}

std::string_view next_item(std::string_view &text, char separator) {
  const auto at = text.find(separator);
  const auto item = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return item;
}

}  // namespace detail

void parse(bool &value, std::string_view text) {
  if (text != "true" && text != "false") bad_argument("bool", text);
  value = text == "true";
}

void parse(double &value, std::string_view text) { value = parse_number<double>(text, "double"); }

void parse(IPAddress &value, std::string_view text) {
  std::array<std::uint8_t, 4> octets{};
  for (auto &octet : octets) octet = parse_octet(detail::next_item(text, '.'), 10, "IPAddress");
  if (!text.empty()) bad_argument("IPAddress", text);
  value = IPAddress(octets[0], octets[1], octets[2], octets[3]);
}

void parse(IPPrefix &value, std::string_view text) {
  IPAddress address;
  parse(address, detail::next_item(text, '/'));
  const unsigned length = parse_octet(text, 10, "IPPrefix");
  if (length > 32) bad_argument("IPPrefix", text);
  value = IPPrefix(address, length);
}

void parse(EtherAddress &value, std::string_view text) {
  for (auto &octet : value.octets)
    octet = parse_octet(detail::next_item(text, ':'), 16, "EtherAddress");
  if (!text.empty()) bad_argument("EtherAddress", text);
}

void parse(CallAt &value, std::string_view text) {
  if (!text.empty()) parse(value.at, detail::next_item(text, ' '));
  value.call = text;
}

void parse(List<IPAddress> &value, std::string_view text) { parse_list(value, text); }
void parse(List<IPPrefix> &value, std::string_view text) { parse_list(value, text); }
void parse(List<std::string_view> &value, std::string_view text) { parse_list(value, text); }

}  // namespace pmill
