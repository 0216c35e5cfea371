// SPDX-License-Identifier: BSD-3-Clause
// How the values of fields look as text.
#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <pmill/net/icmp_names.hh>
#include <pmill/text.hh>

#include "summary.hh"

namespace pmill::summary {
namespace {

// --- numbers -------------------------------------------------------------------------------------

void print_number(Text &text, const Value &value) {
  text.number(static_cast<std::int64_t>(value.number));
}
template <std::uint64_t Most>
bool scan_number(std::string_view word, Value &value, std::string &) {
  return scan_integer(word, Most, value.number);
}

bool scan_hex(std::string_view word, std::uint64_t most, std::uint64_t &number) {
  const char *end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data(), end, number, 16);
  return error == std::errc{} && at == end && number <= most;
}
void print_ether_type(Text &text, const Value &value) { text.zeros(value.number, 4, 16); }
bool scan_ether_type(std::string_view word, Value &value, std::string &) {
  if (word.starts_with("0x")) word.remove_prefix(2);
  return scan_hex(word, 0xffff, value.number);
}

/// Seconds and their fraction, in micro- or, where these do not do, in nanoseconds.
void print_time(Text &text, const Value &value) {
  const std::int64_t ns = timestamp_value(static_cast<std::int64_t>(value.number));
  const std::int64_t rest = ns % kSecond;
  const auto fraction = static_cast<std::uint64_t>(rest < 0 ? rest + kSecond : rest);
  text.number(ns / kSecond - (rest < 0)).character('.');
  if (fraction % 1000 == 0)
    text.zeros(fraction / 1000, 6);
  else
    text.zeros(fraction, 9);
}
bool scan_time(std::string_view word, Value &value, std::string &) {
  const auto dot = word.find('.');
  std::uint64_t seconds = 0, fraction = 0;
  if (!scan_integer(word.substr(0, dot), INT64_MAX / kSecond - 1, seconds)) return false;
  if (dot != std::string_view::npos) {
    std::uint64_t unit = kSecond;
    for (const char c : word.substr(dot + 1)) {
      if (c < '0' || c > '9') return false;
      unit /= 10;
      fraction += static_cast<unsigned>(c - '0') * unit;
    }
  }
  const auto ns = static_cast<std::int64_t>(seconds * kSecond + fraction);
  return value.set(static_cast<std::uint64_t>(timestamp_annotation(ns)));
}

// --- addresses -----------------------------------------------------------------------------------

void print_address(Text &text, const Value &value) {
  text.address(static_cast<std::uint32_t>(value.number));
}
/// An IPv6 address comes as 16 bytes.
bool scan_any_address(std::string_view word, Value &value, std::string &scratch) {
  if (scan_address(word, value.number)) return true;
  if (word.find(':') == std::string_view::npos) return false;
  std::array<char, 16> address{};
  if (inet_pton(AF_INET6, std::string(word).c_str(), address.data()) != 1) return false;
  scratch.assign(address.begin(), address.end());
  return value.set(std::string_view(scratch));
}

void print_ether(Text &text, const Value &value) {
  for (int shift = 40; shift >= 0; shift -= 8) {
    for (const int half : {shift + 4, shift})
      text.character("0123456789ABCDEF"[value.number >> half & 15]);
    if (shift != 0) text.character('-');
  }
}
bool scan_ether(std::string_view word, Value &value, std::string &) {
  value.number = 0;
  const char separator = word.find('-') != std::string_view::npos ? '-' : ':';
  for (unsigned i = 0; i < 6; ++i) {
    const auto part = word.substr(0, word.find(separator));
    std::uint64_t octet = 0;
    if (part.size() > 2 || !scan_hex(part, 0xff, octet)) return false;
    value.number = value.number << 8 | octet;
    word.remove_prefix(part.size());
    if ((i < 5) != word.starts_with(separator)) return false;
    if (i < 5) word.remove_prefix(1);
  }
  return word.empty();
}

/// A port: a number, or the name of a service.
bool scan_port(std::string_view word, Value &value, std::string &) {
  if (scan_integer(word, 0xffff, value.number)) return true;
  servent entry{}, *found = nullptr;
  char buffer[1024];
  const std::string name(word);
  getservbyname_r(name.c_str(), nullptr, &entry, buffer, sizeof buffer, &found);
  return found != nullptr && value.set(net16(static_cast<std::uint16_t>(found->s_port)));
}

// --- parts of headers ----------------------------------------------------------------------------

void print_protocol(Text &text, const Value &value) {
  switch (value.number) {
    case net::kIcmp:
      text.character('I');
      break;
    case net::kTcp:
      text.character('T');
      break;
    case net::kUdp:
      text.character('U');
      break;
    default:
      print_number(text, value);
  }
}
bool scan_protocol_value(std::string_view word, Value &value, std::string &) {
  return scan_protocol(word, value.number);
}

/// The bits of the TCP header from FIN on; N is the last reserved one (RFC 3540).
constexpr std::string_view kFlagLetters = "FSRPAUECN";

void print_flags(Text &text, const Value &value) {
  if (value.number == 0) text.character('.');
  for (std::size_t i = 0; i < kFlagLetters.size(); ++i)
    if ((value.number >> i & 1) != 0) text.character(kFlagLetters[i]);
}
bool scan_flags(std::string_view word, Value &value, std::string &) {
  if (word[0] >= '0' && word[0] <= '9') return scan_integer(word, 0x1ff, value.number);
  value.number = 0;
  if (word == ".") return true;
  for (const char c : word) {
    const auto bit = kFlagLetters.find(c);
    if (bit == std::string_view::npos) return false;
    value.number |= std::uint64_t{1} << bit;
  }
  return true;
}

/// F a first fragment, f another one, ! none and never to be, . none. The number is the letter.
void print_letter(Text &text, const Value &value) {
  text.character(static_cast<char>(value.number));
}
bool scan_fragment(std::string_view word, Value &value, std::string &) {
  return word.size() == 1 && std::string_view("Ff!.").find(word[0]) != std::string_view::npos &&
         value.set(static_cast<std::uint8_t>(word[0]));
}

/// Bytes, + when more fragments follow, ! when fragmenting is forbidden. The number is that of the
/// header.
void print_fragment_offset(Text &text, const Value &value) {
  text.number(static_cast<std::int64_t>(value.number & net::IPv4::kOffsetMask) * 8);
  if ((value.number & net::IPv4::kMoreFragments) != 0) text.character('+');
  if ((value.number & net::IPv4::kDontFragment) != 0) text.character('!');
}
bool scan_fragment_offset(std::string_view word, Value &value, std::string &) {
  std::uint64_t flags = 0, offset = 0;
  for (; word.ends_with('+') || word.ends_with('!'); word.remove_suffix(1))
    flags |= word.ends_with('+') ? net::IPv4::kMoreFragments : net::IPv4::kDontFragment;
  if (!scan_integer(word, 0xffff, offset) || offset % 8 != 0) return false;
  return value.set(flags | offset / 8);
}

constexpr std::string_view kEcnNames[]{"no", "ect1", "ect2", "ce"};

void print_ecn(Text &text, const Value &value) { text.text(kEcnNames[value.number & 3]); }
bool scan_ecn(std::string_view word, Value &value, std::string &) {
  for (unsigned i = 0; i < 4; ++i)
    if (word == kEcnNames[i]) return value.set(i);
  return scan_integer(word, 3, value.number);
}

void print_direction(Text &text, const Value &value) {
  if (value.number > 1) return print_number(text, value);
  text.character(value.number == 0 ? '>' : '<');
}
bool scan_link(std::string_view word, Value &value, std::string &) {
  if (word == ">" || word == "L") return value.set(0);
  if (word == "<" || word == "R" || word == "X") return value.set(1);
  return scan_integer(word, 0xff, value.number);
}

void print_icmp_type(Text &text, const Value &value) {
  const auto name = net::icmp_type_name(static_cast<std::uint8_t>(value.number));
  if (name.empty()) return print_number(text, value);
  text.text(name);
}
bool scan_icmp_type(std::string_view word, Value &value, std::string &) {
  const auto found = net::find_icmp_type(word);
  return found ? value.set(*found) : scan_integer(word, 0xff, value.number);
}
/// The number has the type before the code. A name that is read stays one: its type may follow.
void print_icmp_code(Text &text, const Value &value) {
  const auto code = static_cast<std::uint8_t>(value.number);
  const auto name = net::icmp_code_name(static_cast<std::uint8_t>(value.number >> 8), code);
  if (name.empty())
    text.number(code);
  else
    text.text(name);
}
bool scan_icmp_code(std::string_view word, Value &value, std::string &) {
  return scan_integer(word, 0xff, value.number) || value.set(word);
}

// --- bytes ---------------------------------------------------------------------------------------

void print_payload(Text &text, const Value &value) {
  text.character('"');
  for (const char c : value.bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\' || c == '$')
      text.character('\\').character(c);
    else if (byte >= 32 && byte < 127)
      text.character(c);
    else if (c == '\n' || c == '\r' || c == '\t')
      text.character('\\').character(c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
    else
      text.character('\\').zeros(byte, 3, 8);
  }
  text.character('"');
}
bool scan_payload(std::string_view word, Value &value, std::string &scratch) {
  if (word[0] != '"') return value.set(word);
  if (word.size() < 2 || word.back() != '"') return false;
  scratch.clear();
  unquote(word.substr(1, word.size() - 2), scratch);
  return value.set(std::string_view(scratch));
}

/// 22 characters of six bits each, the first bits first.
void print_digest(Text &text, const Value &value) {
  constexpr char kDigits[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@";
  unsigned bits = 0, held = 0;
  for (const char c : value.bytes) {
    held |= static_cast<unsigned>(static_cast<std::uint8_t>(c)) << bits;
    for (bits += 8; bits >= 6; bits -= 6, held >>= 6) text.character(kDigits[held & 63]);
  }
  text.character(kDigits[held]);
}
void print_digest_hex(Text &text, const Value &value) {
  for (const char c : value.bytes) text.zeros(static_cast<std::uint8_t>(c), 2, 16);
}
bool scan_nothing(std::string_view, Value &, std::string &) { return false; }

template <void (*Print)(Text &, std::string_view)>
void print_bytes(Text &text, const Value &value) {
  Print(text, value.bytes);
}
template <TcpChoice Choice>
void print_tcp(Text &text, const Value &value) {
  print_tcp_options(text, value.bytes, Choice);
}
template <bool (*Scan)(std::string_view, std::string &)>
bool scan_bytes(std::string_view word, Value &value, std::string &scratch) {
  scratch.clear();
  return Scan(word, scratch) && value.set(std::string_view(scratch));
}

}  // namespace

using Binary = Kind::Binary;
constexpr unsigned kMostOptions = 512;  // characters for 40 bytes of options

const Kind kByte{print_number, scan_number<0xff>, 1};
const Kind kHalf{print_number, scan_number<0xffff>, 2};
const Kind kWord{print_number, scan_number<0xffffffff>, 4};
const Kind kLong{print_number, scan_number<INT64_MAX>, 8};
const Kind kPort{print_number, scan_port, 2};
const Kind kAddress{print_address, scan_any_address, 4};
const Kind kEther{print_ether, scan_ether, 6};
const Kind kEtherType{print_ether_type, scan_ether_type, 2};
const Kind kTime{print_time, scan_time, 8, Binary::time, 32};
const Kind kProtocol{print_protocol, scan_protocol_value, 1};
const Kind kFlags{print_flags, scan_flags, 1};
const Kind kFragment{print_letter, scan_fragment, 1};
const Kind kFragmentOffset{print_fragment_offset, scan_fragment_offset, 2};
const Kind kEcn{print_ecn, scan_ecn, 1};
const Kind kLink{print_number, scan_link, 1};
const Kind kDirection{print_direction, scan_link, 1};
const Kind kIcmpType{print_icmp_type, scan_icmp_type, 1};
const Kind kIcmpCode{print_icmp_code, scan_icmp_code, 1};
const Kind kIpOptions{print_bytes<print_ip_options>, scan_bytes<scan_ip_options>, 1,
                      Binary::short_bytes, kMostOptions};
const Kind kTcpOptions{print_tcp<TcpChoice::all>, scan_bytes<scan_tcp_options>, 1,
                       Binary::short_bytes, kMostOptions};
const Kind kTcpSack{print_tcp<TcpChoice::sack>, scan_bytes<scan_tcp_options>, 1,
                    Binary::short_bytes, kMostOptions};
const Kind kTcpOthers{print_tcp<TcpChoice::no_timestamp>, scan_bytes<scan_tcp_options>, 1,
                      Binary::short_bytes, kMostOptions};
const Kind kPayload{print_payload, scan_payload, 4, Binary::long_bytes};
const Kind kDigest{print_digest, scan_nothing, 16, Binary::bytes};
const Kind kDigestHex{print_digest_hex, scan_nothing, 16, Binary::bytes, 32};

}  // namespace pmill::summary
