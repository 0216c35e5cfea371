// SPDX-License-Identifier: BSD-3-Clause
// The words of summary dumps.
#include <netdb.h>

#include <algorithm>

#include "summary.hh"

namespace pmill::summary {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// What a letter behind a backslash stands for; itself when for nothing else.
char escaped(char letter) {
  constexpr std::string_view kLetters = "abfnrtv", kMeant = "\a\b\f\n\r\t\v";
  const auto at = kLetters.find(letter);
  return at == std::string_view::npos ? letter : kMeant[at];
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 32);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Reads the hexadecimal bytes of \<...>, whatever else is between them; returns where they end.
std::size_t unquote_hex(std::string_view word, std::size_t at, std::string &out) {
  int high = -1;
  for (; at < word.size() && word[at] != '>'; ++at) {
    const int digit = hex_digit(word[at]);
    if (digit < 0) continue;
    if (high >= 0) out.push_back(static_cast<char>(high << 4 | digit));
    high = high >= 0 ? -1 : digit;
  }
  return std::min(at + 1, word.size());
}

/// Reads a number of up to `digits` digits, which wraps around; returns where it ends.
std::size_t unquote_number(std::string_view word, std::size_t at, unsigned base, std::size_t digits,
                           std::string &out) {
  unsigned number = 0;
  for (std::size_t i = 0; i < digits && at < word.size(); ++i, ++at) {
    const int digit = hex_digit(word[at]);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) break;
    number = number * base + static_cast<unsigned>(digit);
  }
  out.push_back(static_cast<char>(number));
  return at;
}

}  // namespace

bool scan_integer(std::string_view word, std::uint64_t most, std::uint64_t &number) {
  int base = 10;
  if (word.starts_with("0x") || word.starts_with("0X")) {
    base = 16;
    word.remove_prefix(2);
  }
  const char *end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data(), end, number, base);
  return error == std::errc{} && at == end && number <= most;
}

bool scan_address(std::string_view word, std::uint64_t &host_order) {
  std::uint64_t address = 0;
  const char *at = word.data(), *const end = at + word.size();
  for (unsigned i = 0; i < 4; ++i) {
    if (i != 0 && (at == end || *at++ != '.')) return false;
    unsigned octet = 0;
    const auto [next, error] = std::from_chars(at, end, octet);
    if (error != std::errc{} || octet > 255) return false;
    address = address << 8 | octet;
    at = next;
  }
  host_order = address;
  return at == end;
}

bool scan_protocol(std::string_view word, std::uint64_t &number) {
  if (scan_integer(word, 0xff, number)) return true;
  std::string name(word);
  for (char &c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 32 : c);
  if (name == "t" || name == "tcp") return number = net::kTcp, true;
  if (name == "u" || name == "udp") return number = net::kUdp, true;
  if (name == "i" || name == "icmp") return number = net::kIcmp, true;
  protoent entry{}, *found = nullptr;
  char buffer[1024];
  if (getprotobyname_r(name.c_str(), &entry, buffer, sizeof buffer, &found) != 0) return false;
  if (found == nullptr) return false;
  number = static_cast<std::uint8_t>(found->p_proto);
  return true;
}

std::string_view next_word(std::string_view &text) {
  std::size_t at = 0;
  while (at < text.size() && is_blank(text[at])) ++at;
  const std::size_t begin = at;
  if (at < text.size() && text[at] == '"') {
    for (++at; at < text.size() && text[at] != '"'; ++at)
      if (text[at] == '\\') ++at;
    ++at;
  }
  while (at < text.size() && !is_blank(text[at])) ++at;
  at = std::min(at, text.size());
  const auto word = text.substr(begin, at - begin);
  text.remove_prefix(at);
  return word;
}

void unquote(std::string_view word, std::string &out) {
  for (std::size_t at = 0; at < word.size();) {
    const char c = word[at++];
    if (c != '\\' || at == word.size()) {
      out.push_back(c);
    } else if (is_octal(word[at])) {
      at = unquote_number(word, at, 8, 3, out);
    } else if (word[at] == 'x') {
      at = unquote_number(word, at + 1, 16, word.size(), out);
    } else if (word[at] == '<') {
      at = unquote_hex(word, at + 1, out);
    } else {
      out.push_back(escaped(word[at++]));
    }
  }
}

}  // namespace pmill::summary
