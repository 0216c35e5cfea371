// SPDX-License-Identifier: BSD-3-Clause
// The functions of scripts that compute and compare.
#include "numbers.hh"

#include <algorithm>
#include <bit>
#include <cmath>
#include <pmill/values.hh>

namespace pmill::runtime {
namespace {

/// Folds numbers from the left, as integers where all are and none overflows.
template <typename Whole, typename Real>
bool fold(const Words &words, std::string &out, Whole whole, Real real) {
  std::vector<Number> n;
  if (!numbers_of(words, n, out)) return false;
  if (n.empty()) return say(out, std::int64_t{0});
  std::int64_t sum = n[0].integer;
  bool exact = n[0].whole;
  for (std::size_t i = 1; i < n.size() && exact; ++i)
    exact = n[i].whole && whole(sum, n[i].integer, sum);
  if (exact) return say(out, sum);
  double value = n[0].real;
  for (std::size_t i = 1; i < n.size(); ++i) value = real(value, n[i].real);
  return say(out, value);
}

bool add(const Words &w, std::string &out) {
  return fold(
      w, out, [](auto a, auto b, auto &r) { return !__builtin_add_overflow(a, b, &r); },
      [](double a, double b) { return a + b; });
}
bool sub(const Words &w, std::string &out) {
  return fold(
      w, out, [](auto a, auto b, auto &r) { return !__builtin_sub_overflow(a, b, &r); },
      [](double a, double b) { return a - b; });
}
bool mul(const Words &w, std::string &out) {
  return fold(
      w, out, [](auto a, auto b, auto &r) { return !__builtin_mul_overflow(a, b, &r); },
      [](double a, double b) { return a * b; });
}
bool minimum(const Words &w, std::string &out) {
  return fold(
      w, out, [](auto a, auto b, auto &r) { return r = std::min(a, b), true; },
      [](double a, double b) { return std::min(a, b); });
}
bool maximum(const Words &w, std::string &out) {
  return fold(
      w, out, [](auto a, auto b, auto &r) { return r = std::max(a, b), true; },
      [](double a, double b) { return std::max(a, b); });
}

/// A function of two numbers, of which the second must not be 0.
template <typename Use>
bool divide(const Words &w, std::string &out, Use use) {
  std::vector<Number> n;
  if (!count_is(w, 2, 2, out) || !numbers_of(w, n, out)) return false;
  if (n[1].real == 0) {
    out = "division by zero";
    return false;
  }
  return use(n[0], n[1]);
}
bool div(const Words &w, std::string &out) {
  return divide(w, out, [&](const Number &a, const Number &b) {
    if (a.whole && b.whole && b.integer != -1 && a.integer % b.integer == 0)
      return say(out, a.integer / b.integer);
    return say(out, a.real / b.real);
  });
}
bool idiv(const Words &w, std::string &out) {
  return divide(w, out, [&](const Number &a, const Number &b) {
    if (a.whole && b.whole && b.integer != -1) return say(out, a.integer / b.integer);
    return say(out, to_integer(a.real / b.real));
  });
}
/// The remainder with the sign of the divisor (`mod`) or of the dividend (`rem`).
bool modulo(const Words &w, std::string &out) {
  return divide(w, out, [&](const Number &a, const Number &b) {
    if (!a.whole || !b.whole) return say(out, a.real - b.real * std::floor(a.real / b.real));
    if (b.integer == -1) return say(out, std::int64_t{0});
    const std::int64_t r = a.integer % b.integer;
    return say(out, r != 0 && (r < 0) != (b.integer < 0) ? r + b.integer : r);
  });
}
bool remainder(const Words &w, std::string &out) {
  return divide(w, out, [&](const Number &a, const Number &b) {
    if (!a.whole || !b.whole) return say(out, std::fmod(a.real, b.real));
    return say(out, b.integer == -1 ? std::int64_t{0} : a.integer % b.integer);
  });
}

/// A function of one number.
template <typename Whole, typename Real>
bool of_one(const Words &w, std::string &out, Whole whole, Real real) {
  std::vector<Number> n;
  if (!count_is(w, 1, 1, out) || !numbers_of(w, n, out)) return false;
  return n[0].whole ? say(out, static_cast<std::int64_t>(whole(n[0].integer)))
                    : say(out, static_cast<double>(real(n[0].real)));
}
bool neg(const Words &w, std::string &out) {
  return count_is(w, 1, 1, out) && sub({"0", w[0]}, out);
}
bool abs_(const Words &w, std::string &out) {
  return count_is(w, 1, 1, out) && (w[0].starts_with('-') ? neg(w, out) : add(w, out));
}
bool ceil_(const Words &w, std::string &out) {
  return of_one(w, out, [](auto a) { return a; }, [](double a) { return std::ceil(a); });
}
bool floor_(const Words &w, std::string &out) {
  return of_one(w, out, [](auto a) { return a; }, [](double a) { return std::floor(a); });
}
bool round_(const Words &w, std::string &out) {
  return of_one(w, out, [](auto a) { return a; }, [](double a) { return std::round(a); });
}
bool popcount(const Words &w, std::string &out) {
  return of_one(
      w, out, [](auto a) { return std::popcount(static_cast<std::uint64_t>(a)); },
      [](double a) { return a; });
}
template <auto Swap>
bool swapped(const Words &w, std::string &out) {
  return of_one(
      w, out, [](auto a) { return static_cast<std::int64_t>(Swap(static_cast<std::uint32_t>(a))); },
      [](double a) { return a; });
}
constexpr auto kSwap16 = [](std::uint32_t v) { return net16(static_cast<std::uint16_t>(v)); };
constexpr auto kSwap32 = [](std::uint32_t v) { return net32(v); };

template <typename Holds>
bool compared(const Words &w, std::string &out, Holds holds) {
  return count_is(w, 2, 2, out) && say_truth(out, holds(compare(w[0], w[1])));
}
bool eq(const Words &w, std::string &o) {
  return compared(w, o, [](int c) { return c == 0; });
}
bool ne(const Words &w, std::string &o) {
  return compared(w, o, [](int c) { return c != 0; });
}
bool gt(const Words &w, std::string &o) {
  return compared(w, o, [](int c) { return c > 0; });
}
bool ge(const Words &w, std::string &o) {
  return compared(w, o, [](int c) { return c >= 0; });
}
bool lt(const Words &w, std::string &o) {
  return compared(w, o, [](int c) { return c < 0; });
}
bool le(const Words &w, std::string &o) {
  return compared(w, o, [](int c) { return c <= 0; });
}
/// Whether each number is greater than the one before it.
bool gt_vec(const Words &w, std::string &out) {
  const auto rises = [](const std::string &a, const std::string &b) { return compare(a, b) >= 0; };
  return say_truth(out, std::adjacent_find(w.begin(), w.end(), rises) == w.end());
}
bool average(const Words &w, std::string &out) {
  std::vector<Number> n;
  if (!numbers_of(w, n, out)) return false;
  double sum = 0;
  for (const Number &x : n) sum += x.real;
  return say(out, n.empty() ? 0.0 : sum / static_cast<double>(n.size()));
}
constexpr ScriptFunction kNumberFunctions[] = {
    {"add", add},
    {"sub", sub},
    {"mul", mul},
    {"div", div},
    {"idiv", idiv},
    {"mod", modulo},
    {"rem", remainder},
    {"neg", neg},
    {"abs", abs_},
    {"min", minimum},
    {"max", maximum},
    {"eq", eq},
    {"ne", ne},
    {"gt", gt},
    {"ge", ge},
    {"lt", lt},
    {"le", le},
    {"gt_vec", gt_vec},
    {"avg", average},
    {"popcount", popcount},
    {"ceil", ceil_},
    {"floor", floor_},
    {"round", round_},
    {"htons", swapped<kSwap16>},
    {"ntohs", swapped<kSwap16>},
    {"htonl", swapped<kSwap32>},
    {"ntohl", swapped<kSwap32>},
};

}  // namespace

std::span<const ScriptFunction> number_functions() { return kNumberFunctions; }

}  // namespace pmill::runtime
