// SPDX-License-Identifier: BSD-3-Clause
// Values as people write them: how handlers show arguments, and how they read them.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <pmill/handler.hh>
#include <pmill/text.hh>
#include <pmill/values.hh>

#include "control.hh"

namespace pmill {
namespace {

bool refuse(std::string &error, std::string_view text, std::string_view type) {
  error = runtime::quoted(text) + " is no " + std::string(type);
  return false;
}

bool out_of_range(std::string &error, std::string_view text) {
  error = runtime::quoted(text) + " is out of range";
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

/// Takes out the `_` that stand between digits; false when one stands elsewhere.
bool without_separators(std::string_view digits, std::string &plain) {
  if (digits.starts_with('_') || digits.ends_with('_') || digits.find("__") != digits.npos)
    return false;
  for (const char c : digits)
    if (c != '_') plain += c;
  return true;
}

/// Click's integers: decimal, 0x…, 0b… or 0…, of those from `low` to `high`.
bool read_integer(__int128 &value, __int128 low, __int128 high, std::string_view text,
                  std::string &error) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  const char mark = digits.size() > 1 && digits[0] == '0' ? digits[1] : '\0';
  const int base = mark == '\0'                 ? 10
                   : mark == 'x' || mark == 'X' ? 16
                   : mark == 'b' || mark == 'B' ? 2
                                                : 8;
  if (base == 16 || base == 2) digits.remove_prefix(2);
  std::string plain;
  std::uint64_t magnitude = 0;
  if (!without_separators(digits, plain)) return refuse(error, text, "integer");
  const char *last = plain.data() + plain.size();
  const auto [end, fault] = std::from_chars(plain.data(), last, magnitude, base);
  if (fault == std::errc::invalid_argument || end != last) return refuse(error, text, "integer");
  value = negative ? -static_cast<__int128>(magnitude) : static_cast<__int128>(magnitude);
  if (fault == std::errc{} && value >= low && value <= high) return true;
  return out_of_range(error, text);
}
template <std::integral T>
bool assign_integer(T &value, std::string_view text, std::string &error) {
  using Limits = std::numeric_limits<T>;
  __int128 wide = 0;
  if (!read_integer(wide, Limits::min(), Limits::max(), text, error)) return false;
  value = static_cast<T>(wide);
  return true;
}

/// Reads the number with which a text begins and cuts it off.
template <std::floating_point T>
bool cut_number(std::string_view &text, T &number) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.size() < text.size() && digits.starts_with('-')) return false;
  const char *last = digits.data() + digits.size();
  const auto [end, fault] = std::from_chars(digits.data(), last, number);
  if (fault != std::errc{} || !std::isfinite(number)) return false;
  text = digits.substr(static_cast<std::size_t>(end - digits.data()));
  return true;
}

bool assign_double(double &value, std::string_view text, std::string &error) {
  double number = 0;
  std::string_view rest = text;
  if (!cut_number(rest, number) || !rest.empty()) return refuse(error, text, "number");
  value = number;
  return true;
}

/// So many `times` what is plain, `over` so much. Numbers with units are read as the widest type:
/// nanoseconds of today are exact.
struct Unit {
  std::string_view name;
  long double times;
  long double over = 1;
};

constexpr Unit kTimes[] = {{"s", 1e9},   {"sec", 1e9},  {"m", 60e9},   {"min", 60e9},
                           {"h", 36e11}, {"hr", 36e11}, {"d", 864e11}, {"day", 864e11}};
constexpr Unit kSmall[] = {{"m", 1, 1e3}, {"u", 1, 1e6}, {"n", 1, 1e9}};
constexpr Unit kRates[] = {{"bps", 1, 8}, {"b/s", 1, 8}, {"baud", 1, 8}, {"Bps", 1}, {"B/s", 1}};
constexpr Unit kLarge[] = {{"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}};

/// Multiplies by a unit, with a prefix or without; a whole unit ("m": minute) wins over a prefix.
bool scale(long double &value, std::string_view unit, View<Unit> units, View<Unit> prefixes) {
  for (const Unit &u : units)
    if (u.name == unit) return value = value * u.times / u.over, true;
  for (const Unit &p : prefixes)
    if (unit.starts_with(p.name) && scale(value, unit.substr(p.name.size()), units, {}))
      return value = value * p.times / p.over, true;
  return false;
}

/// A number, spaces, and a unit; without one it is `plain` times the number.
bool read_scaled(std::string_view text, View<Unit> units, View<Unit> prefixes, long double plain,
                 long double &value) {
  if (!cut_number(text, value)) return false;
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty()) return value *= plain, true;
  return scale(value, text, units, prefixes);
}

bool assign_nanoseconds(std::int64_t &ns, std::string_view text, std::string &error) {
  long double value = 0;
  if (!read_scaled(text, kTimes, kSmall, 1e9, value)) return refuse(error, text, "time");
  value = std::round(value);
  if (value < -0x1p63L || value >= 0x1p63L) return out_of_range(error, text);
  ns = static_cast<std::int64_t>(value);
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

/// Reads up to `most` numbers of at most `digits` digits with one and the same mark between them;
/// how many there are, 0 when anything else stands there.
std::size_t read_octets(std::uint8_t *octets, std::size_t most, std::size_t digits,
                        std::string_view text, std::string_view marks, int base) {
  char mark = '\0';
  for (std::size_t i = 0; i < most; ++i) {
    const auto [end, fault] =
        std::from_chars(text.data(), text.data() + text.size(), octets[i], base);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (fault != std::errc{} || length > digits) return 0;
    text.remove_prefix(length);
    if (text.empty()) return i + 1;
    if (marks.find(text[0]) == marks.npos || (mark != '\0' && mark != text[0])) return 0;
    mark = text[0];
    text.remove_prefix(1);
  }
  return 0;
}

bool assign_address(IPAddress &value, std::string_view text) {
  std::uint8_t o[4]{};
  if (read_octets(o, 4, 3, text, ".", 10) != 4) return false;
  value = IPAddress(o[0], o[1], o[2], o[3]);
  return true;
}

/// The length of a mask: `24` or `255.255.255.0`; 33 when it is none.
unsigned mask_length(std::string_view text) {
  constexpr unsigned kNone = 33;
  IPAddress mask;
  if (!assign_address(mask, text)) {
    std::uint8_t length = kNone;
    return read_octets(&length, 1, 2, text, "", 10) == 1 && length <= 32 ? length : kNone;
  }
  const auto ones = static_cast<unsigned>(std::countl_one(mask.host()));
  return ones == static_cast<unsigned>(std::popcount(mask.host())) ? ones : kNone;
}

/// `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10/8` with all octets that the mask covers, or an address.
bool assign_prefix(IPPrefix &value, std::string_view text) {
  const auto slash = text.find('/');
  std::uint8_t o[4]{};
  const std::size_t written = read_octets(o, 4, 3, text.substr(0, slash), ".", 10);
  const unsigned length = slash == text.npos ? 32 : mask_length(text.substr(slash + 1));
  if (length > 8 * written) return false;
  value = IPPrefix(IPAddress(o[0], o[1], o[2], o[3]), length);
  return written != 0;
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
  return assign_prefix(v, text) || refuse(error, text, "IP prefix");
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
  if (read_octets(found.octets.data(), 6, 2, text, ":-", 16) != 6)
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
  long double rate = 0;
  if (!read_scaled(text, kRates, kLarge, 1, rate)) return refuse(error, text, "bandwidth");
  rate = std::round(rate);
  if (rate < 0 || rate >= 0x1p64L) return out_of_range(error, text);
  v.bytes_per_second = static_cast<std::uint64_t>(rate);
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

void Answer::add(const Tally &lines) {
  kind_ = Kind::tally;
  if (tally_.empty()) tally_.resize(lines.size(), TallyLine{});
  for (std::size_t i = 0; i < lines.size(); ++i)
    tally_[i] = {tally_[i].count + lines[i].count, lines[i].name};
}

void Answer::add(Most number) {
  real_ = kind_ == Kind::real ? std::max(real_, number.value) : number.value;
  kind_ = Kind::real;
}

std::string Answer::text() const {
  std::string out = text_;
  for (const TallyLine &line : tally_) {
    print_number(out, line.count);
    (out += '\t') += line.name;
    out += '\n';
  }
  if (kind_ == Kind::integer) print_number(out, integer_);
  if (kind_ == Kind::real) print_number(out, real_);
  return out;
}

std::string_view keep_text(std::string_view text) {
  static std::deque<std::string> texts;  // arguments point to them until the end
  return texts.emplace_back(text);
}

}  // namespace pmill
