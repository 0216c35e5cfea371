// SPDX-License-Identifier: BSD-3-Clause
#include "functions.hh"

#include <arpa/inet.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>

#include "../runtime.hh"
#include "words.hh"

namespace pmill::runtime {
namespace {

using Words = std::vector<std::string>;

/// A number as scripts have them: whole where it can be.
struct Number {
  bool whole = true;
  std::int64_t integer = 0;
  double real = 0;
};

bool number_of(std::string_view text, Number &n) {
  std::string error;
  if (read_value(n.integer, text, error)) {
    n.real = static_cast<double>(n.integer);
    return n.whole = true;
  }
  n.whole = false;
  return read_value(n.real, text, error);
}

bool numbers_of(const Words &words, std::vector<Number> &numbers, std::string &out) {
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

bool say(std::string &out, double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.12g", value);
  out = text;
  return true;
}
bool say(std::string &out, std::int64_t value) {
  out = std::to_string(value);
  return true;
}
bool say_truth(std::string &out, bool value) {
  out = value ? "true" : "false";
  return true;
}
bool count_is(const Words &words, std::size_t least, std::size_t most, std::string &out) {
  if (words.size() >= least && words.size() <= most) return true;
  out = "wrong number of arguments";
  return false;
}

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
    return say(out, static_cast<std::int64_t>(a.real / b.real));
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
  return of_one(w, out, [](auto a) { return 0 - a; }, [](double a) { return -a; });
}
bool abs_(const Words &w, std::string &out) {
  return of_one(
      w, out, [](auto a) { return a < 0 ? 0 - a : a; }, [](double a) { return std::fabs(a); });
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

/// -1, 0 or 1: as numbers where both are, as texts otherwise.
int compare(const std::string &a, const std::string &b) {
  Number x, y;
  if (!number_of(a, x) || !number_of(b, y)) return a < b ? -1 : a > b ? 1 : 0;
  if (x.whole && y.whole) return x.integer < y.integer ? -1 : x.integer > y.integer ? 1 : 0;
  return x.real < y.real ? -1 : x.real > y.real ? 1 : 0;
}
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

bool all(const Words &w) { return std::all_of(w.begin(), w.end(), is_true); }
bool any(const Words &w) { return std::any_of(w.begin(), w.end(), is_true); }
bool not_(const Words &w, std::string &o) {
  return count_is(w, 1, 1, o) && say_truth(o, !is_true(w[0]));
}
bool and_(const Words &w, std::string &o) { return say_truth(o, all(w)); }
bool or_(const Words &w, std::string &o) { return say_truth(o, any(w)); }
bool nand(const Words &w, std::string &o) { return say_truth(o, !all(w)); }
bool nor(const Words &w, std::string &o) { return say_truth(o, !any(w)); }
bool if_(const Words &w, std::string &out) {
  if (!count_is(w, 2, 3, out)) return false;
  out = is_true(w[0]) ? w[1] : w.size() > 2 ? w[2] : "";
  return true;
}
bool in(const Words &w, std::string &out) {
  return count_is(w, 1, SIZE_MAX, out) &&
         say_truth(out, std::any_of(w.begin() + 1, w.end(),
                                    [&](const std::string &x) { return compare(x, w[0]) == 0; }));
}

/// A random number: below N, or from A to B.
bool random_(const Words &w, std::string &out) {
  static std::mt19937_64 generator{std::random_device{}()};
  std::vector<Number> n;
  if (!count_is(w, 0, 2, out) || !numbers_of(w, n, out)) return false;
  std::int64_t low = 0, high = INT32_MAX;
  if (n.size() == 1) high = n[0].integer - 1;
  if (n.size() == 2) low = n[0].integer, high = n[1].integer;
  if (high < low) {
    out = "bad bounds";
    return false;
  }
  return say(out, std::uniform_int_distribution<std::int64_t>(low, high)(generator));
}

bool average(const Words &w, std::string &out) {
  std::vector<Number> n;
  if (!numbers_of(w, n, out)) return false;
  double sum = 0;
  for (const Number &x : n) sum += x.real;
  return say(out, n.empty() ? 0.0 : sum / static_cast<double>(n.size()));
}
bool count(const Words &w, std::string &out) {
  return say(out, static_cast<std::int64_t>(w.size()));
}
bool length(const Words &w, std::string &out) {
  std::int64_t n = w.empty() ? 0 : static_cast<std::int64_t>(w.size()) - 1;
  for (const std::string &word : w) n += static_cast<std::int64_t>(word.size());
  return say(out, n);
}
bool first(const Words &w, std::string &out) {
  out = w.empty() ? "" : w[0];
  return true;
}

/// printf's conversions: d i u o x X c e E f F g G s and %%.
bool sprintf_(const Words &w, std::string &out) {
  if (!count_is(w, 1, SIZE_MAX, out)) return false;
  const std::string &format = w[0];
  std::size_t next = 1;
  std::string made;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      made += format[i];
      continue;
    }
    const auto end = format.find_first_not_of("-+ #0123456789.", i + 1);
    const char kind = end == std::string::npos ? 0 : format[end];
    std::string spec = format.substr(i, end - i);
    i = end;
    if (kind == '%') {
      made += '%';
      continue;
    }
    if (kind == 0 || std::string_view("diuoxXceEfFgGs").find(kind) == std::string_view::npos ||
        spec.size() > 12) {
      out = "bad conversion in " + quoted(format);
      return false;
    }
    if (next == w.size()) {
      out = "too few arguments";
      return false;
    }
    const std::string &argument = w[next++];
    Number n;
    char text[512];
    if (kind == 's') {
      std::snprintf(text, sizeof text, (spec + "s").c_str(), argument.c_str());
    } else if (!number_of(argument, n)) {
      out = quoted(argument) + " is no number";
      return false;
    } else if (std::string_view("eEfFgG").find(kind) != std::string_view::npos) {
      std::snprintf(text, sizeof text, (spec + kind).c_str(), n.real);
    } else if (kind == 'c') {
      std::snprintf(text, sizeof text, (spec + "c").c_str(), static_cast<int>(n.integer));
    } else {
      const std::int64_t v = n.whole ? n.integer : static_cast<std::int64_t>(n.real);
      std::snprintf(text, sizeof text, (spec + "l" + kind).c_str(), v);
    }
    made += text;
  }
  out = made;
  return true;
}

bool now(const Words &, std::string &out) {
  out = time_text(Control::instance().now());
  return true;
}
bool now_steady(const Words &, std::string &out) {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  out = time_text(t.tv_sec * 1'000'000'000LL + t.tv_nsec);
  return true;
}

bool handler_is(const Words &w, std::string &out, bool Handler::*can) {
  Handler handler;
  return count_is(w, 1, 1, out) &&
         say_truth(out, Control::instance().find(w[0], "", handler).good() && handler.*can);
}
bool readable(const Words &w, std::string &out) { return handler_is(w, out, &Handler::reads); }
bool writable(const Words &w, std::string &out) { return handler_is(w, out, &Handler::writes); }

bool cat(const Words &w, std::string &out) {
  if (!count_is(w, 1, 1, out)) return false;
  std::ifstream file(w[0], std::ios::binary);
  if (!file) {
    out = w[0] + ": cannot be read";
    return false;
  }
  std::ostringstream all;
  all << file.rdbuf();
  out = all.str();
  return true;
}
bool kill_(const Words &w, std::string &out) {
  std::vector<Number> n;
  if (!count_is(w, 1, 2, out) || !numbers_of(w, n, out)) return false;
  const int number = n.size() == 2 ? static_cast<int>(n[0].integer) : SIGTERM;
  const auto process = static_cast<pid_t>(n.back().integer);
  return say_truth(out, process > 0 && ::kill(process, number) == 0);
}

constexpr ScriptFunction kFunctions[] = {
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
    {"not", not_},
    {"and", and_},
    {"or", or_},
    {"nand", nand},
    {"nor", nor},
    {"if", if_},
    {"in", in},
    {"random", random_},
    {"avg", average},
    {"count", count},
    {"length", length},
    {"first", first},
    {"sprintf", sprintf_},
    {"now", now},
    {"now_steady", now_steady},
    {"readable", readable},
    {"writable", writable},
    {"cat", cat},
    {"kill", kill_},
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

std::span<const ScriptFunction> script_functions() { return kFunctions; }

bool is_true(std::string_view text) {
  std::string error;
  bool truth = false;
  Number n;
  if (read_value(truth, text, error)) return truth;
  return number_of(text, n) && n.real != 0;
}

std::string time_text(std::int64_t ns) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%09lld", static_cast<long long>(ns / 1'000'000'000),
                static_cast<long long>(ns % 1'000'000'000));
  return text;
}

}  // namespace pmill::runtime
