// SPDX-License-Identifier: BSD-3-Clause
// What the parts of reading and writing IP summary dumps share: values, kinds, fields.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <pmill/io/summary.hh>
#include <pmill/meta.hh>
#include <pmill/net/icmp.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/tcp.hh>
#include <pmill/net/udp.hh>
#include <string>
#include <string_view>
#include <utility>

namespace pmill::summary {

inline constexpr std::int64_t kSecond = 1'000'000'000;  // in ns

/// Text at a place that has room for it.
class Text {
 public:
  explicit Text(std::uint8_t *at) : at_(reinterpret_cast<char *>(at)) {}
  Text &character(char c) { return *at_++ = c, *this; }
  Text &text(std::string_view s) {
    at_ = std::copy(s.begin(), s.end(), at_);
    return *this;
  }
  Text &number(std::int64_t v) { return at_ = std::to_chars(at_, at_ + 20, v).ptr, *this; }
  /// A number with zeros in front when it has less than `width` digits.
  Text &zeros(std::uint64_t v, unsigned width, unsigned base = 10) {
    for (unsigned i = width; i-- > 0; v /= base) at_[i] = "0123456789abcdef"[v % base];
    at_ += width;
    return *this;
  }
  /// "10.0.0.1", from host order.
  Text &address(std::uint32_t host) {
    for (int shift = 24; shift >= 0; shift -= 8)
      number(host >> shift & 0xff).character(shift == 0 ? ' ' : '.');
    --at_;
    return *this;
  }
  std::uint8_t *end() const { return reinterpret_cast<std::uint8_t *>(at_); }

 private:
  char *at_;
};

/// A field's value; its kind knows what the number or the bytes mean.
struct Value {
  std::uint64_t number = 0;
  std::string_view bytes;

  bool set(std::uint64_t v) { return number = v, true; }
  bool set(std::string_view b) { return bytes = b, true; }
};

/// How the values of some fields look. `scan` leaves bytes that are not those of the word in
/// `scratch`; both are of a word that is not empty.
struct Kind {
  enum class Binary : std::uint8_t {
    number,       // in network order
    time,         // seconds and nanoseconds
    bytes,        // as they are
    short_bytes,  // behind their number, a byte
    long_bytes    // behind their number, four bytes
  };
  void (*print)(Text &text, const Value &value);
  bool (*scan)(std::string_view word, Value &value, std::string &scratch);
  unsigned bytes;  // of the binary form
  Binary binary = Binary::number;
  unsigned most = 24;  // characters of the text
};

/// A packet that is written: its headers as far as they can be trusted.
struct View {
  const Record &packet;
  const std::uint8_t *ether = nullptr;      // 14 bytes of it
  const net::IPv4 *ip = nullptr;            // 20 bytes of it
  std::uint32_t ip_captured = 0;            // bytes of the IP packet from its header on
  const std::uint8_t *transport = nullptr;  // of a first fragment
  std::uint32_t transport_captured = 0;     // bytes from there on
  const net::Tcp *tcp = nullptr;            // any bytes of these may be cut off
  const net::Udp *udp = nullptr;
  const net::Icmp *icmp = nullptr;
  std::string_view payload;         // what is captured of it
  std::uint32_t payload_bytes = 0;  // what there was
  std::uint32_t extra_length = 0;
  std::string_view bad;  // what is wrong with a header, and with which value
  std::int64_t bad_value = -1;
  mutable std::array<char, 16> digest{};

  View(const Record &packet, const WriterOptions &options);
  /// Whether the first `bytes` of the transport header are there.
  bool has(const void *header, std::uint32_t bytes) const {
    return header != nullptr && transport_captured >= bytes;
  }

 private:
  void find_ip(bool careful_trunc);
  void find_transport();
  void find_payload();
  void complain(std::string_view what, std::int64_t value = -1);
};

/// What a record can say about a packet that is made.
enum class Slot : std::uint8_t {
  timestamp,
  first_timestamp,
  aggregate,
  count,
  paint,
  source,
  destination,
  protocol,
  length,
  id,
  fragment,
  tos,
  ttl,
  header_bytes,
  ip_sum,
  source_port,
  destination_port,
  sequence,
  acknowledgment,
  offset,
  flags,
  window,
  urgent,
  tcp_sum,
  tcp_options,
  udp_length,
  udp_sum,
  icmp_type,
  icmp_code,
  icmp_id,
  icmp_sequence,
  next_mtu,
  payload,
  payload_bytes,
  wire_bytes,
  ether_source,
  ether_destination,
  ether_type,
  slots
};

/// What a record says.
struct Draft {
  std::uint64_t given = 0;  // slots, as bits
  std::uint64_t numbers[static_cast<unsigned>(Slot::slots)]{};
  std::string ip_options, tcp_options, payload;
  std::string_view icmp_code_name;
  std::array<std::uint8_t, 16> source6{}, destination6{};
  bool is_ipv6 = false;

  bool has(Slot s) const { return (given >> static_cast<unsigned>(s) & 1) != 0; }
  std::uint64_t get(Slot s) const { return has(s) ? numbers[static_cast<unsigned>(s)] : 0; }
  void set(Slot s, std::uint64_t v) {
    given |= std::uint64_t{1} << static_cast<unsigned>(s);
    numbers[static_cast<unsigned>(s)] = v;
  }
  void clear() {
    given = 0;
    if (std::exchange(is_ipv6, false)) source6 = destination6 = {};
    ip_options.clear();
    tcp_options.clear();
    payload.clear();
    icmp_code_name = {};
  }
};
static_assert(static_cast<unsigned>(Slot::slots) <= 64);

/// A row of the table. Without `put` a field is only written.
struct Field {
  std::string_view name;
  std::string_view aliases;  // separated by spaces
  FieldSet reads;            // metadata of a packet that is written
  const Kind *kind;
  bool (*get)(const View &packet, Value &value);
  bool (*put)(Draft &draft, const Value &value);
};

/// What packets are made of beside their records.
struct Making {
  const ReaderOptions &options;
  const FlowId &flow;
  std::uint8_t protocol;
  std::uint32_t aggregate;
};
/// Makes the packet that a draft describes; `record` points into `bytes`.
void build(const Draft &draft, const Making &making, Random &random,
           std::vector<std::uint8_t> &bytes, Record &record);

// --- kinds ---------------------------------------------------------------------------------------

extern const Kind kByte, kHalf, kWord, kLong, kPort, kAddress, kEther, kEtherType, kTime, kProtocol,
    kFlags, kFragment, kFragmentOffset, kEcn, kLink, kDirection, kIcmpType, kIcmpCode, kIpOptions,
    kTcpOptions, kTcpSack, kTcpOthers, kPayload, kDigest, kDigestHex;

/// Reads a decimal number, or a hexadecimal one behind 0x, up to `most`.
bool scan_integer(std::string_view word, std::uint64_t most, std::uint64_t &number);
bool scan_address(std::string_view word, std::uint64_t &host_order);
bool scan_protocol(std::string_view word, std::uint64_t &number);
/// Cuts the next word off, which blanks separate; a word in quotes ends with them, and keeps them.
std::string_view next_word(std::string_view &text);
/// Appends what a word in quotes says.
void unquote(std::string_view word, std::string &out);

/// Options as text: what print writes, scan reads, but for what only pads.
void print_ip_options(Text &text, std::string_view options);
bool scan_ip_options(std::string_view word, std::string &options);
enum class TcpChoice : std::uint8_t { all, sack, no_timestamp };
void print_tcp_options(Text &text, std::string_view options, TcpChoice choice);
bool scan_tcp_options(std::string_view word, std::string &options);

}  // namespace pmill::summary
