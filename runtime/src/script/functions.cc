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
#include <pmill/random.hh>
#include <random>
#include <sstream>

#include "../runtime.hh"
#include "numbers.hh"
#include "words.hh"

namespace pmill::runtime {
namespace {

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

/// A random number: below N, or from A to B; with RandomSeed the same ones in every run.
bool random_(const Words &w, std::string &out) {
  static Random generator = [] {
    Random random;
    random.seed(state().setup->seed().value_or(std::random_device{}()));
    return random;
  }();
  std::vector<Number> n;
  if (!count_is(w, 0, 2, out) || !numbers_of(w, n, out)) return false;
  std::int64_t low = 0, high = INT32_MAX;
  if (n.size() == 1) high = n[0].integer - 1;
  if (n.size() == 2) low = n[0].integer, high = n[1].integer;
  if (high < low || low < INT32_MIN || high > INT32_MAX || high - low > INT32_MAX) {
    out = "bad bounds";
    return false;
  }
  return say(out, low + generator.next() % (high - low + 1));
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
      const std::int64_t v = n.whole ? n.integer : to_integer(n.real);
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
    {"not", not_},
    {"and", and_},
    {"or", or_},
    {"nand", nand},
    {"nor", nor},
    {"if", if_},
    {"in", in},
    {"random", random_},
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
};

}  // namespace

std::vector<ScriptFunction> script_functions() {
  std::vector<ScriptFunction> all(std::begin(kFunctions), std::end(kFunctions));
  const auto numbers = number_functions();
  all.insert(all.end(), numbers.begin(), numbers.end());
  return all;
}

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
