// SPDX-License-Identifier: BSD-3-Clause
// Values as people write them: how handlers show arguments, and how they read them.
#include <charconv>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <pmill/handler.hh>
#include <pmill/values.hh>

#include "control.hh"

namespace pmill {
namespace {

bool refuse(std::string &error, std::string_view text, std::string_view type) {
  error = runtime::quoted(text) + " is no " + std::string(type);
  return false;
}

template <typename T>
void print_digits(std::string &to, T value) {
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  to.append(digits, end);
}
void print_number(std::string &to, double value) { print_digits(to, value); }
template <std::integral T>
void print_number(std::string &to, T value) {
  // One copy of the code for all that are signed, and one for the others.
  using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  print_digits(to, static_cast<Wide>(value));
}

/// Click's integers: decimal, 0x… or 0…, of those from `low` to `high`.
bool read_integer(__int128 &value, __int128 low, __int128 high, std::string_view text,
                  std::string &error) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X"))
    base = 16, digits.remove_prefix(2);
  else if (digits.size() > 1 && digits.starts_with('0'))
    base = 8, digits.remove_prefix(1);
  std::uint64_t magnitude = 0;
  const auto [end, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (digits.empty() || fault == std::errc::invalid_argument || end != digits.end())
    return refuse(error, text, "integer");
  value = negative ? -static_cast<__int128>(magnitude) : static_cast<__int128>(magnitude);
  if (fault == std::errc{} && value >= low && value <= high) return true;
  error = runtime::quoted(text) + " is out of range";
  return false;
}
template <std::integral T>
bool assign_integer(T &value, std::string_view text, std::string &error) {
  using Limits = std::numeric_limits<T>;
  __int128 wide = 0;
  if (!read_integer(wide, Limits::min(), Limits::max(), text, error)) return false;
  value = static_cast<T>(wide);
  return true;
}

bool assign_double(double &value, std::string_view text, std::string &error) {
  double found = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), found);
  if (text.empty() || fault != std::errc{} || end != text.end() || !std::isfinite(found))
    return refuse(error, text, "number");
  value = found;
  return true;
}

/// A number and what stands behind it: "1.5ms" is 1.5 and "ms".
bool split_unit(std::string_view text, double &number, std::string_view &unit) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc{} || !std::isfinite(number)) return false;
  unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  return true;
}

struct Unit {
  std::string_view name;
  double factor;
};

bool scaled(std::string_view text, View<Unit> units, double &value) {
  std::string_view unit;
  if (!split_unit(text, value, unit)) return false;
  for (const Unit &u : units)
    if (u.name == unit) {
      value *= u.factor;
      return true;
    }
  return false;
}

constexpr Unit kTimes[] = {{"", 1e9},      {"s", 1e9},      {"sec", 1e9},  {"ms", 1e6},
                           {"msec", 1e6},  {"us", 1e3},     {"usec", 1e3}, {"ns", 1},
                           {"nsec", 1},    {"m", 60e9},     {"min", 60e9}, {"h", 3600e9},
                           {"hr", 3600e9}, {"day", 86400e9}};
constexpr Unit kRates[] = {{"", 1},       {"Bps", 1},      {"B/s", 1},      {"kBps", 1e3},
                           {"KBps", 1e3}, {"MBps", 1e6},   {"GBps", 1e9},   {"kB/s", 1e3},
                           {"MB/s", 1e6}, {"GB/s", 1e9},   {"bps", .125},   {"b/s", .125},
                           {"kbps", 125}, {"Kbps", 125},   {"Mbps", 125e3}, {"Gbps", 125e6},
                           {"kb/s", 125}, {"Mb/s", 125e3}, {"Gb/s", 125e6}};

bool assign_nanoseconds(std::int64_t &ns, std::string_view text, std::string &error) {
  double value = 0;
  if (!scaled(text, kTimes, value) || std::fabs(value) > 9e18) return refuse(error, text, "time");
  ns = std::llround(value);
  return true;
}

void print_nanoseconds(std::string &to, std::int64_t ns) {
  const std::uint64_t size =
      ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  if (ns < 0) to += '-';
  print_number(to, size / 1'000'000'000);
  if (size % 1'000'000'000 == 0) return;
  std::string digits = std::to_string(size % 1'000'000'000 + 1'000'000'000);
  digits[0] = '.';
  digits.erase(digits.find_last_not_of('0') + 1);
  to += digits;
}

bool assign_octets(std::uint8_t *octets, std::size_t count, std::string_view text,
                   std::string_view marks, int base) {
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) {
      if (text.empty() || marks.find(text[0]) == std::string_view::npos) return false;
      text.remove_prefix(1);
    }
    const auto [end, fault] =
        std::from_chars(text.data(), text.data() + text.size(), octets[i], base);
    if (fault != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return text.empty();
}

bool assign_address(IPAddress &value, std::string_view text) {
  std::uint8_t o[4]{};
  if (!assign_octets(o, 4, text, ".", 10)) return false;
  value = IPAddress(o[0], o[1], o[2], o[3]);
  return true;
}

void print_address(std::string &to, IPAddress a) {
  for (unsigned i = 0; i < 4; ++i) {
    if (i != 0) to += '.';
    print_number(to, a.value >> 8 * i & 0xff);
  }
}

// How each type is printed and read.

void print(std::string &to, bool v) { to += v ? "true" : "false"; }
bool assign(bool &v, std::string_view text, std::string &error) {
  for (const std::string_view word : {"true", "yes", "1", "t", "y"})
    if (text == word) return v = true;
  for (const std::string_view word : {"false", "no", "0", "f", "n"})
    if (text == word) return v = false, true;
  return refuse(error, text, "boolean");
}
template <std::integral T>
void print(std::string &to, T v) {
  print_number(to, v);
}
template <std::integral T>
bool assign(T &v, std::string_view text, std::string &error) {
  return assign_integer(v, text, error);
}
void print(std::string &to, double v) { print_number(to, v); }
bool assign(double &v, std::string_view text, std::string &error) {
  return assign_double(v, text, error);
}
void print(std::string &to, IPAddress v) { print_address(to, v); }
bool assign(IPAddress &v, std::string_view text, std::string &error) {
  return assign_address(v, text) || refuse(error, text, "IP address");
}
void print(std::string &to, const IPPrefix &v) {
  print_address(to, v.address);
  to += '/';
  print_number(to, v.length());
}
bool assign(IPPrefix &v, std::string_view text, std::string &error) {
  const auto slash = text.find('/');
  IPAddress address;
  std::uint8_t length = 32;
  if (!assign_address(address, text.substr(0, slash)) ||
      (slash != std::string_view::npos && !assign_integer(length, text.substr(slash + 1), error)) ||
      length > 32)
    return refuse(error, text, "IP prefix");
  v = IPPrefix(address, length);
  return true;
}
void print(std::string &to, const EtherAddress &v) {
  for (std::size_t i = 0; i < v.octets.size(); ++i) {
    char two[4];
    std::snprintf(two, sizeof two, "%s%02X", i == 0 ? "" : "-", v.octets[i]);
    to += two;
  }
}
bool assign(EtherAddress &v, std::string_view text, std::string &error) {
  EtherAddress found;
  if (!assign_octets(found.octets.data(), 6, text, ":-", 16))
    return refuse(error, text, "Ethernet address");
  v = found;
  return true;
}
void print(std::string &to, Duration v) { print_nanoseconds(to, v.ns); }
bool assign(Duration &v, std::string_view text, std::string &error) {
  return assign_nanoseconds(v.ns, text, error);
}
void print(std::string &to, Timestamp v) { print_nanoseconds(to, v.ns); }
bool assign(Timestamp &v, std::string_view text, std::string &error) {
  return assign_nanoseconds(v.ns, text, error);
}
void print(std::string &to, Bandwidth v) { print_number(to, v.bytes_per_second); }
bool assign(Bandwidth &v, std::string_view text, std::string &error) {
  double rate = 0;
  if (!scaled(text, kRates, rate) || rate < 0 || rate > 1e18)
    return refuse(error, text, "bandwidth");
  v.bytes_per_second = static_cast<std::uint64_t>(std::llround(rate));
  return true;
}
void print(std::string &to, std::string_view v) { to += v; }
bool assign(std::string_view &v, std::string_view text, std::string &) {
  v = keep_text(text);
  return true;
}

template <typename T>
constexpr ValueType kType{
    [](std::string &to, const void *value) { print(to, *static_cast<const T *>(value)); },
    [](void *value, std::string_view text, std::string &error) {
      return assign(*static_cast<T *>(value), text, error);
    }};

}  // namespace

#define PMILL_VALUE_TYPE(T)          \
  template <>                        \
  const ValueType &value_type<T>() { \
    return kType<T>;                 \
  }
PMILL_VALUE_TYPE(bool)
PMILL_VALUE_TYPE(std::int8_t)
PMILL_VALUE_TYPE(std::int16_t)
PMILL_VALUE_TYPE(std::int32_t)
PMILL_VALUE_TYPE(std::int64_t)
PMILL_VALUE_TYPE(std::uint8_t)
PMILL_VALUE_TYPE(std::uint16_t)
PMILL_VALUE_TYPE(std::uint32_t)
PMILL_VALUE_TYPE(std::uint64_t)
PMILL_VALUE_TYPE(double)
PMILL_VALUE_TYPE(IPAddress)
PMILL_VALUE_TYPE(IPPrefix)
PMILL_VALUE_TYPE(EtherAddress)
PMILL_VALUE_TYPE(Duration)
PMILL_VALUE_TYPE(Timestamp)
PMILL_VALUE_TYPE(Bandwidth)
PMILL_VALUE_TYPE(std::string_view)
#undef PMILL_VALUE_TYPE

void Answer::add(const std::string &text) { text_ += text; }

std::string Answer::text() const {
  std::string out = text_;
  if (kind_ == Kind::integer) print_number(out, integer_);
  if (kind_ == Kind::real) print_number(out, real_);
  return out;
}

std::string_view keep_text(std::string_view text) {
  static std::deque<std::string> texts;  // arguments point to them until the end
  return texts.emplace_back(text);
}

}  // namespace pmill
