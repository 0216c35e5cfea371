// SPDX-License-Identifier: BSD-3-Clause
// IP and TCP options as text, by Click's notation: `rr{10.0.0.1}+3`, `mss1460;sackok`. What only
// pads is not shown; an option whose inside is wrong is shown as any unknown one, `7=3:4:0`.
#include <algorithm>
#include <utility>

#include "summary.hh"

namespace pmill::summary {
namespace {

constexpr std::size_t kMostOptionBytes = 40;  // of the options of a header

enum : std::uint8_t { kEnd = 0, kNothing = 1 };
enum : std::uint8_t { kRecordRoute = 7, kTimestamps = 68, kLooseRoute = 131, kStrictRoute = 137 };
enum : std::uint8_t { kTimesOnly = 0, kWithAddresses = 1, kPrespecified = 3 };
enum : std::uint8_t { kMss = 2, kScale = 3, kSackOk = 4, kSack = 5, kEcho = 8 };

std::uint8_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}
std::uint32_t word(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, 4);
  return net32(value);
}
void put_word(std::string &out, std::uint64_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

/// Calls `use(option)` for each but what pads; false when a length is impossible.
bool each_option(std::string_view options, auto &&use) {
  while (!options.empty() && byte(options, 0) != kEnd) {
    if (byte(options, 0) == kNothing) {
      options.remove_prefix(1);
      continue;
    }
    const std::size_t length = options.size() > 1 ? byte(options, 1) : 0;
    if (length < 2 || length > options.size()) return false;
    use(options.substr(0, length));
    options.remove_prefix(length);
  }
  return true;
}

/// Prints all options with `print(text, option)`, which returns whether it printed one.
void print_options(Text &text, std::string_view options, auto &&print) {
  if (!each_option(options, [](std::string_view) {})) return void(text.character('?'));
  bool first = true;
  each_option(options, [&](std::string_view option) {
    Text next = text;
    if (!first) next.character(';');
    if (!print(next, option)) return;
    text = next;
    first = false;
  });
  if (first) text.character('.');
}

bool print_unknown(Text &text, std::string_view option) {
  text.number(byte(option, 0));
  for (std::size_t i = 2; i < option.size(); ++i)
    text.character(i == 2 ? '=' : ':').number(byte(option, i));
  return true;
}

// --- IP ------------------------------------------------------------------------------------------

/// `rr{done,done}+free`, `lsrr{done,^next,next}`.
bool print_route(Text &text, std::string_view option) {
  const std::size_t length = option.size();
  if (length < 3 || length % 4 != 3) return false;
  const std::size_t place = byte(option, 2) - 1u;  // the pointer counts from 1
  if (place % 4 != 3 || place < 3 || place > length) return false;
  const bool records = byte(option, 0) == kRecordRoute;
  for (std::size_t at = place; records && at < length; at += 4)
    if (word(option, at) != 0) return false;  // what a text could not say
  text.text(records ? "rr{" : byte(option, 0) == kLooseRoute ? "lsrr{" : "ssrr{");
  for (std::size_t at = 3; at < (records ? place : length); at += 4) {
    if (at != 3) text.character(',');
    if (at == place) text.character('^');
    text.address(word(option, at));
  }
  text.character('}');
  if (records && place < length)
    text.character('+').number(static_cast<std::int64_t>((length - place) / 4));
  return true;
}

void print_day_time(Text &text, std::uint32_t time) {
  if (time >> 31 != 0) text.character('!');  // not milliseconds of the day
  text.number(time & 0x7fffffff);
}

/// `ts{time,time}+free++missed`, `ts.ip{address=time}`, `ts.preip{address=time,^address}`.
bool print_times(Text &text, std::string_view option) {
  const std::size_t length = option.size();
  if (length < 4) return false;
  const std::size_t place = byte(option, 2) - 1u;
  const std::uint8_t flag = byte(option, 3) & 15, missed = byte(option, 3) >> 4;
  const std::size_t each = flag == kTimesOnly ? 4 : 8;
  if (flag != kTimesOnly && flag != kWithAddresses && flag != kPrespecified) return false;
  if ((length - 4) % each != 0 || place < 4 || place > length || (place - 4) % each != 0)
    return false;
  for (std::size_t at = place; at < length; at += each)
    if (word(option, at + each - 4) != 0 || (flag == kWithAddresses && word(option, at) != 0))
      return false;  // what a text could not say
  text.text(flag == kTimesOnly ? "ts{" : flag == kWithAddresses ? "ts.ip{" : "ts.preip{");
  for (std::size_t at = 4; at < (flag == kPrespecified ? length : place); at += each) {
    if (at != 4) text.character(',');
    if (at == place) text.character('^');
    if (flag != kTimesOnly) text.address(word(option, at));
    if (at >= place) continue;
    if (flag != kTimesOnly) text.character('=');
    print_day_time(text, word(option, at + each - 4));
  }
  text.character('}');
  if (flag != kPrespecified && place < length)
    text.character('+').number(static_cast<std::int64_t>((length - place) / each));
  if (missed != 0) text.text("++").number(missed);
  return true;
}

// --- reading -------------------------------------------------------------------------------------

/// Text that is taken apart from the front.
struct Rest {
  std::string_view text;

  bool take(std::string_view prefix) {
    const bool there = text.starts_with(prefix);
    if (there) text.remove_prefix(prefix.size());
    return there;
  }
  bool number(std::uint64_t most, std::uint64_t &value) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const bool good = scan_integer(text.substr(0, digits), most, value);
    if (good) text.remove_prefix(digits);
    return good;
  }
  bool address(std::uint64_t &value) {
    const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
    const bool good = scan_address(text.substr(0, end), value);
    if (good) text.remove_prefix(end);
    return good;
  }
};

/// Closes an option that begins at `begin`: its length, and if it has one its pointer.
bool close_option(std::string &out, std::size_t begin, std::size_t place = 0) {
  if (out.size() > kMostOptionBytes) return false;
  out[begin + 1] = static_cast<char>(out.size() - begin);
  if (place != 0) out[begin + 2] = static_cast<char>(place - begin + 1);
  return true;
}

bool scan_route(Rest &rest, std::uint8_t type, std::string &out) {
  const std::size_t begin = out.size();
  out += {static_cast<char>(type), 0, 0};
  std::size_t place = 0;
  for (bool first = true; !rest.take("}"); first = false) {
    if (rest.take("^")) place = out.size();
    if (rest.text.starts_with('}')) continue;
    if (!first && !rest.take(",")) return false;
    if (rest.take("^")) place = out.size();
    std::uint64_t address = 0;
    if (!rest.address(address)) return false;
    put_word(out, address);
  }
  if (place == 0) place = out.size();
  if (std::uint64_t free = 0; rest.take("+")) {
    if (!rest.number(kMostOptionBytes / 4, free)) return false;
    out.append(free * 4, '\0');
  }
  return close_option(out, begin, place);
}

/// An entry of a timestamp option; `timed` becomes whether it has a time.
bool scan_entry(Rest &rest, std::uint8_t flag, bool &timed, std::string &out) {
  std::uint64_t address = 0, time = 0;
  if (flag != kTimesOnly) {
    if (!rest.address(address)) return false;
    put_word(out, address);
  }
  timed = flag == kTimesOnly || rest.take("=");
  const bool is_other = timed && rest.take("!");
  if (timed && !rest.number(0x7fffffff, time)) return false;
  put_word(out, time | (is_other ? 0x80000000u : 0));
  return timed || flag == kPrespecified;
}

bool scan_times(Rest &rest, std::uint8_t flag, std::string &out) {
  const std::size_t begin = out.size();
  out += {static_cast<char>(kTimestamps), 0, 0, static_cast<char>(flag)};
  std::size_t place = 0;
  for (bool first = true; !rest.take("}"); first = false) {
    if (!first && !rest.take(",")) return false;
    const std::size_t entry = out.size();
    bool timed = false;
    if (rest.take("^")) place = entry;
    if (!scan_entry(rest, flag, timed, out)) return false;
    if (!timed && place == 0) place = entry;
  }
  if (place == 0) place = out.size();
  std::uint64_t free = 0, missed = 0;
  if (!rest.text.starts_with("++") && rest.take("+")) {
    if (!rest.number(kMostOptionBytes / 4, free)) return false;
    out.append(free * (flag == kTimesOnly ? 4 : 8), '\0');
  }
  if (rest.take("++") && !rest.number(15, missed)) return false;
  out[begin + 3] = static_cast<char>(missed << 4 | flag);
  return close_option(out, begin, place);
}

bool scan_unknown(Rest &rest, std::string &out) {
  const std::size_t begin = out.size();
  std::uint64_t number = 0;
  if (!rest.number(255, number)) return false;
  out += {static_cast<char>(number), 0};
  for (bool more = rest.take("="); more; more = rest.take(":")) {
    if (!rest.number(255, number)) return false;
    out.push_back(static_cast<char>(number));
  }
  return close_option(out, begin);
}

bool scan_ip_option(Rest &rest, std::string &out) {
  if (rest.take("rr{")) return scan_route(rest, kRecordRoute, out);
  if (rest.take("lsrr{")) return scan_route(rest, kLooseRoute, out);
  if (rest.take("ssrr{")) return scan_route(rest, kStrictRoute, out);
  if (rest.take("ts{")) return scan_times(rest, kTimesOnly, out);
  if (rest.take("ts.ip{")) return scan_times(rest, kWithAddresses, out);
  if (rest.take("ts.preip{")) return scan_times(rest, kPrespecified, out);
  return scan_unknown(rest, out);
}

/// Blocks that follow each other are one option; `sack` becomes where the last option, if it is
/// one of them, begins.
bool scan_sack(Rest &rest, std::size_t &sack, std::string &out) {
  std::uint64_t from = 0, to = 0;
  if (!rest.number(UINT32_MAX, from) || !rest.take("-") || !rest.number(UINT32_MAX, to))
    return false;
  if (sack == std::string::npos) {
    sack = out.size();
    out += {static_cast<char>(kSack), 0};
  }
  put_word(out, from);
  put_word(out, to);
  return close_option(out, sack);
}

bool scan_tcp_option(Rest &rest, std::size_t &sack, std::string &out) {
  const std::size_t before = std::exchange(sack, std::string::npos), begin = out.size();
  std::uint64_t number = 0, echo = 0;
  if (rest.take("mss")) {
    if (!rest.number(0xffff, number)) return false;
    out += {static_cast<char>(kMss), 4, static_cast<char>(number >> 8), static_cast<char>(number)};
  } else if (rest.take("wscale")) {
    if (!rest.number(0xff, number)) return false;
    out += {static_cast<char>(kScale), 3, static_cast<char>(number)};
  } else if (rest.take("sackok")) {
    out += {static_cast<char>(kSackOk), 2};
  } else if (rest.take("sack")) {
    sack = before;
    return scan_sack(rest, sack, out);
  } else if (rest.take("ts")) {
    if (!rest.number(UINT32_MAX, number) || !rest.take(":") || !rest.number(UINT32_MAX, echo))
      return false;
    out += {static_cast<char>(kEcho), 0};
    put_word(out, number);
    put_word(out, echo);
  } else {
    return scan_unknown(rest, out);
  }
  return close_option(out, begin);
}

/// Reads options with `scan(rest, options)`, and pads them to words.
bool scan_options(std::string_view word, std::string &options, auto &&scan) {
  Rest rest{word};
  if (word == ".") return true;
  for (bool first = true; !rest.text.empty(); first = false) {
    if (!first && !rest.take(";") && !rest.take(",")) return false;
    if (rest.take("nop"))
      options.push_back(static_cast<char>(kNothing));
    else if (rest.take("eol"))
      options.push_back(static_cast<char>(kEnd));
    else if (!scan(rest, options))
      return false;
  }
  options.append(-options.size() % 4, static_cast<char>(kEnd));
  return options.size() <= kMostOptionBytes;
}

}  // namespace

void print_ip_options(Text &text, std::string_view options) {
  print_options(text, options, [](Text &t, std::string_view option) {
    const std::uint8_t type = byte(option, 0);
    const Text before = t;
    if (type == kRecordRoute || type == kLooseRoute || type == kStrictRoute) {
      if (print_route(t, option)) return true;
    } else if (type == kTimestamps && print_times(t, option)) {
      return true;
    }
    t = before;
    return print_unknown(t, option);
  });
}

void print_tcp_options(Text &text, std::string_view options, TcpChoice choice) {
  print_options(text, options, [choice](Text &t, std::string_view option) {
    const std::uint8_t type = byte(option, 0);
    const std::size_t length = option.size();
    const bool is_sack = type == kSackOk || type == kSack;
    if (choice == TcpChoice::sack && !is_sack) return false;
    if (choice == TcpChoice::no_timestamp && type == kEcho) return false;
    if (type == kMss && length == 4) {
      t.text("mss").number(byte(option, 2) << 8 | byte(option, 3));
    } else if (type == kScale && length == 3) {
      t.text("wscale").number(byte(option, 2));
    } else if (type == kSackOk && length == 2) {
      t.text("sackok");
    } else if (type == kSack && length > 2 && length % 8 == 2) {
      for (std::size_t at = 2; at < length; at += 8) {
        t.text(at == 2 ? "sack" : ";sack").number(word(option, at));
        t.character('-').number(word(option, at + 4));
      }
    } else if (type == kEcho && length == 10) {
      t.text("ts").number(word(option, 2)).character(':').number(word(option, 6));
    } else {
      print_unknown(t, option);
    }
    return true;
  });
}

bool scan_ip_options(std::string_view word, std::string &options) {
  return scan_options(word, options, scan_ip_option);
}

bool scan_tcp_options(std::string_view word, std::string &options) {
  std::size_t sack = std::string::npos;
  return scan_options(word, options, [&sack](Rest &rest, std::string &out) {
    return scan_tcp_option(rest, sack, out);
  });
}

}  // namespace pmill::summary
