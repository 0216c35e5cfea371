// SPDX-License-Identifier: BSD-3-Clause
// Numbers and truths in scripts.
#pragma once

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../runtime.hh"
#include "functions.hh"

namespace pmill::runtime {

using Words = std::vector<std::string>;

/// A number as scripts have them: whole where it can be.
struct Number {
  bool whole = true;
  std::int64_t integer = 0;
  double real = 0;
};

inline bool number_of(std::string_view text, Number &n) {
  std::string error;
  if (read_value(n.integer, text, error)) {
    n.real = static_cast<double>(n.integer);
    return n.whole = true;
  }
  n.whole = false;
  return read_value(n.real, text, error);
}

inline bool numbers_of(const Words &words, std::vector<Number> &numbers, std::string &out) {
  for (const std::string &word : words) {
    Number n;
    if (!number_of(word, n)) {
      out = quoted(word) + " is no number";
      return false;
    }
    numbers.push_back(n);
  }
  return true;
}

/// The nearest integer there is.
inline std::int64_t to_integer(double value) {
  constexpr double kLimit = 9223372036854774784.0;  // the largest double below 2^63
  return static_cast<std::int64_t>(std::clamp(value, -kLimit, kLimit));
}

inline bool say(std::string &out, double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.12g", value);
  out = text;
  return true;
}
inline bool say(std::string &out, std::int64_t value) {
  out = std::to_string(value);
  return true;
}
inline bool say_truth(std::string &out, bool value) {
  out = value ? "true" : "false";
  return true;
}
inline bool count_is(const Words &words, std::size_t least, std::size_t most, std::string &out) {
  if (words.size() >= least && words.size() <= most) return true;
  out = "wrong number of arguments";
  return false;
}

/// -1, 0 or 1: as numbers where both are, as texts otherwise.
inline int compare(const std::string &a, const std::string &b) {
  Number x, y;
  if (!number_of(a, x) || !number_of(b, y)) return a < b ? -1 : a > b ? 1 : 0;
  if (x.whole && y.whole) return x.integer < y.integer ? -1 : x.integer > y.integer ? 1 : 0;
  return x.real < y.real ? -1 : x.real > y.real ? 1 : 0;
}
/// The functions that compute and compare.
std::span<const ScriptFunction> number_functions();

}  // namespace pmill::runtime
