// SPDX-License-Identifier: BSD-3-Clause
#include "words.hh"

#include <cctype>

namespace pmill::runtime {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The end of a `$(…)` or `${…}` that begins at `at`, behind its bracket; npos when it never ends.
std::size_t end_of_group(std::string_view text, std::size_t at) {
  const char open = text[at + 1], close = open == '(' ? ')' : '}';
  int depth = 0;
  char quote = 0;
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"')
        ++i;
      else if (c == quote)
        quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == open) {
      ++depth;
    } else if (c == close && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// What a backslash and what follows it mean; `at` is the backslash, and moves behind them.
void unescape(std::string_view text, std::size_t &at, std::string &to) {
  static constexpr std::string_view kFrom = "abfnrtv", kTo = "\a\b\f\n\r\t\v";
  if (++at == text.size()) return void(to += '\\');
  const char c = text[at++];
  if (const auto known = kFrom.find(c); known != std::string_view::npos) {
    to += kTo[known];
  } else if (c == '<') {  // \<0A 0d>: bytes in hexadecimal
    unsigned value = 0, digits = 0;
    for (; at < text.size() && text[at] != '>'; ++at) {
      const auto digit = static_cast<unsigned char>(text[at]);
      if (!std::isxdigit(digit)) continue;
      value = value * 16 +
              static_cast<unsigned>(std::isdigit(digit) ? digit - '0' : (digit | 32) - 'a' + 10);
      if (++digits % 2 == 0) to += static_cast<char>(value & 0xff), value = 0;
    }
    if (at < text.size()) ++at;
  } else if (c >= '0' && c <= '7') {
    unsigned value = static_cast<unsigned>(c - '0');
    for (int n = 1; n < 3 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++n)
      value = value * 8 + static_cast<unsigned>(text[at++] - '0');
    to += static_cast<char>(value);
  } else if (c != '\n') {
    to += c;
  }
}

void add_escaped(std::string_view value, std::string &to) {
  for (const char c : value) {
    if (c == '\\' || c == '"' || c == '$') to += '\\';
    to += c;
  }
}

}  // namespace

std::string unquoted(std::string_view text) {
  std::string out;
  char quote = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
      ++at;
    } else if (c == quote) {
      quote = 0;
      ++at;
    } else if (c == '\\' &&
               (quote == '"' || (quote == 0 && at + 1 < text.size() && text[at + 1] == '<'))) {
      unescape(text, at, out);
    } else {
      out += c;
      ++at;
    }
  }
  return out;
}

std::string cut_word(std::string_view &text) {
  while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
  std::size_t at = 0;
  char quote = 0;
  for (; at < text.size() && (quote != 0 || !is_space(text[at])); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == '\\' && quote == '"')
        ++at;
      else if (c == quote)
        quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '$' && at + 1 < text.size() && (text[at + 1] == '(' || text[at + 1] == '{')) {
      const auto end = end_of_group(text, at);
      at = end == std::string_view::npos ? text.size() - 1 : end - 1;
    }
  }
  at = std::min(at, text.size());
  const std::string word(text.substr(0, at));
  text.remove_prefix(at);
  while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
  return word;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    std::string word = cut_word(text);
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

std::vector<std::string> plain_words_of(std::string_view text) {
  std::vector<std::string> words = words_of(text);
  for (std::string &word : words) word = unquoted(word);
  return words;
}

std::string expanded(std::string_view text, const Expander &expander) {
  std::string out;
  char quote = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '\\' && quote != '\'' && at + 1 < text.size()) {
      // A quoted dollar stays one; all else is unquoted later, or never.
      out += text.substr(at, text[at + 1] == '$' && quote == 0 ? 1 : 2);
      if (text[at + 1] == '$' && quote == 0) out.back() = '$';
      at += 2;
      continue;
    }
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
    if (c != '$' || quote == '\'' || at + 1 == text.size()) {
      out += c;
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    std::string value;
    bool known = false;
    if (text[end] == '(' || text[end] == '{') {
      end = end_of_group(text, at);
      if (end == std::string_view::npos) return out += text.substr(at);
      const std::string_view inside = text.substr(at + 2, end - at - 3);
      if (text[at + 1] == '(') {
        value = expander.call(inside);
        known = true;
      } else {
        const auto dash = inside.find('-');
        known = expander.variable(inside.substr(0, dash), value);
        if (!known && dash != std::string_view::npos) value = inside.substr(dash + 1), known = true;
      }
    } else {
      if (is_name(text[end])) {
        while (end < text.size() && is_name(text[end])) ++end;
      } else if (std::string_view("?#*$").find(text[end]) != std::string_view::npos) {
        ++end;
      }
      known = end > at + 1 && expander.variable(text.substr(at + 1, end - at - 1), value);
    }
    if (!known)
      value = text.substr(at, end - at), out += value;
    else if (quote == '"')
      add_escaped(value, out);
    else
      out += value;
    at = end;
  }
  return out;
}

}  // namespace pmill::runtime
