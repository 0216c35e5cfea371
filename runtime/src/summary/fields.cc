// SPDX-License-Identifier: BSD-3-Clause
// The fields of summary dumps: one table for writing and reading. pmill reads its first three
// columns, pmill/elaborate/lowerings/summary_fields.py.
#include <pmill/text.hh>

#include "md5.hh"
#include "summary.hh"

namespace pmill::summary {
namespace {

template <Slot S>
bool put(Draft &draft, const Value &value) {
  draft.set(S, value.number);
  return true;
}

// --- times ---------------------------------------------------------------------------------------

std::uint64_t seconds(const View &v) {
  const std::int64_t ns = timestamp_value(v.packet.notes.timestamp);
  return static_cast<std::uint64_t>(ns / kSecond - (ns % kSecond < 0));
}
std::uint64_t microseconds(const View &v) {
  return static_cast<std::uint64_t>(timestamp_value(v.packet.notes.timestamp) / 1000);
}
/// Adds to the timestamp, which may be told in parts.
template <std::int64_t Unit>
bool put_time(Draft &draft, const Value &value) {
  if (value.number > static_cast<std::uint64_t>(INT64_MAX / 2 / Unit)) return false;
  const std::int64_t before =
      timestamp_value(static_cast<std::int64_t>(draft.get(Slot::timestamp)));
  const std::int64_t more = static_cast<std::int64_t>(value.number) * Unit;
  if (before > INT64_MAX - more) return false;
  draft.set(Slot::timestamp, static_cast<std::uint64_t>(timestamp_annotation(before + more)));
  return true;
}

// --- IP ------------------------------------------------------------------------------------------

template <Slot S>
bool put_address(Draft &draft, const Value &value) {
  if (value.bytes.empty()) return put<S>(draft, value);
  auto &to = S == Slot::source ? draft.source6 : draft.destination6;
  std::memcpy(to.data(), value.bytes.data(), to.size());
  draft.is_ipv6 = true;
  return put<S>(draft, {});
}

bool fragment_letter(const View &v, Value &to) {
  if (v.ip == nullptr) return false;
  if (v.ip->fragment_offset() != 0) return to.set('f');
  return to.set(v.ip->more_fragments() ? 'F' : v.ip->dont_fragment() ? '!' : '.');
}
/// What is known of a later fragment but its offset: any is as good as another.
bool put_fragment_letter(Draft &draft, const Value &value) {
  constexpr std::uint64_t kSomewhere = 100;
  if (std::string_view("Ff!.").find(static_cast<char>(value.number)) == std::string_view::npos)
    return false;
  if (draft.has(Slot::fragment)) return true;  // ip_fragoff says more
  draft.set(Slot::fragment, value.number == 'f'   ? kSomewhere
                            : value.number == 'F' ? net::IPv4::kMoreFragments
                            : value.number == '!' ? net::IPv4::kDontFragment
                                                  : 0);
  return true;
}
bool put_dscp(Draft &draft, const Value &value) {
  if (value.number > 63) return false;
  draft.set(Slot::tos, (draft.get(Slot::tos) & 3) | value.number << 2);
  return true;
}
bool put_ecn(Draft &draft, const Value &value) {
  draft.set(Slot::tos, (draft.get(Slot::tos) & ~std::uint64_t{3}) | (value.number & 3));
  return true;
}
/// A header's length in bytes; up to 15 it counts words, as the header itself does.
template <Slot S>
bool put_header_bytes(Draft &draft, const Value &value) {
  if (value.number > 60) return false;
  draft.set(S, value.number <= 15 ? 4 * value.number : value.number);
  return true;
}
bool ip_options(const View &v, Value &to) {
  if (v.ip == nullptr || v.ip_captured < v.ip->header_bytes()) return false;
  const auto *at = reinterpret_cast<const char *>(v.ip) + net::IPv4::kBytes;
  return to.set(std::string_view(at, v.ip->header_bytes() - net::IPv4::kBytes));
}
bool put_ip_options(Draft &draft, const Value &value) {
  draft.ip_options = value.bytes;
  draft.ip_options.append(-value.bytes.size() % 4, '\0');
  return value.bytes.size() <= 40;
}

// --- TCP, UDP ------------------------------------------------------------------------------------

/// The ports of the protocols that have them where TCP has.
bool port(const View &v, std::uint32_t at, Value &to) {
  if (v.ip == nullptr || !v.has(v.transport, at + 2)) return false;
  constexpr std::uint8_t kDccp = 33, kSctp = 132, kUdpLite = 136;
  const std::uint8_t protocol = v.ip->protocol;
  if (protocol != net::kTcp && protocol != net::kUdp && protocol != kDccp && protocol != kSctp &&
      protocol != kUdpLite)
    return false;
  return to.set(static_cast<std::uint64_t>(v.transport[at] << 8 | v.transport[at + 1]));
}
bool flags(const View &v, Value &to) {
  return v.has(v.tcp, 14) &&
         to.set(v.tcp->flags | static_cast<unsigned>(v.tcp->words_and_reserved & 1) << 8);
}
bool tcp_options(const View &v, Value &to) {
  if (!v.has(v.tcp, net::Tcp::kBytes) || !v.has(v.tcp, v.tcp->header_bytes())) return false;
  const auto *at = reinterpret_cast<const char *>(v.tcp) + net::Tcp::kBytes;
  return to.set(std::string_view(at, v.tcp->header_bytes() - net::Tcp::kBytes));
}
bool put_tcp_options(Draft &draft, const Value &value) {
  draft.set(Slot::tcp_options, 0);
  draft.tcp_options = value.bytes;
  draft.tcp_options.append(-value.bytes.size() % 4, '\0');
  return value.bytes.size() <= 40;
}
/// A part of the options: what is known when not all are.
bool put_some_tcp_options(Draft &draft, const Value &value) {
  return draft.has(Slot::tcp_options) ? true : put_tcp_options(draft, value);
}

// --- ICMP, payload -------------------------------------------------------------------------------

bool icmp_pair(const View &v, std::uint32_t at, Value &to) {
  if (!v.has(v.icmp, at + 2) || !net::has_icmp_id(v.icmp->type)) return false;
  return to.set(static_cast<std::uint64_t>(v.transport[at] << 8 | v.transport[at + 1]));
}
bool put_code_name(Draft &draft, const Value &value) {
  draft.icmp_code_name = value.bytes;
  return put<Slot::icmp_code>(draft, value);
}
bool next_mtu(const View &v, Value &to) {
  return v.has(v.icmp, 8) && v.icmp->type == net::kUnreachable &&
         v.icmp->code == net::kNeedFragmentation && to.set(net16(v.icmp->path.next_mtu));
}
bool digest(const View &v, Value &to) {
  md5(v.payload, v.digest.data());
  return to.set(std::string_view(v.digest.data(), v.digest.size()));
}
bool put_payload(Draft &draft, const Value &value) {
  draft.payload = value.bytes;
  return put<Slot::payload>(draft, value);
}

// --- Ethernet ------------------------------------------------------------------------------------

bool ether(const View &v, unsigned at, unsigned bytes, Value &to) {
  if (v.ether == nullptr) return false;
  for (unsigned i = 0; i < bytes; ++i) to.number = to.number << 8 | v.ether[at + i];
  return true;
}
bool wire_bytes(const View &v, Value &to) {
  const Record &p = v.packet;
  const std::uint64_t before = p.mac != nullptr && p.mac < p.data ? p.data - p.mac : 0;
  return to.set(before + p.length + v.extra_length);
}

// clang-format off: a table
const Field kFields[] = {
    {"timestamp", "ts", meta::timestamp, &kTime,
     [](const View &v, Value &to) { return to.set(v.packet.notes.timestamp); },
     put<Slot::timestamp>},
    {"ts_sec", "sec", meta::timestamp, &kWord,
     [](const View &v, Value &to) { return to.set(seconds(v)); }, put_time<kSecond>},
    {"ts_usec", "usec", meta::timestamp, &kWord,
     [](const View &v, Value &to) { return to.set(microseconds(v) % 1'000'000); }, put_time<1000>},
    {"ts_usec1", "usec1", meta::timestamp, &kLong,
     [](const View &v, Value &to) { return to.set(microseconds(v)); }, put_time<1000>},
    {"first_timestamp", "first_ts", meta::first_timestamp, &kTime,
     [](const View &v, Value &to) { return to.set(v.packet.notes.first_timestamp); },
     put<Slot::first_timestamp>},
    {"count", "pkt_count packet_count", meta::extra_packets, &kWord,
     [](const View &v, Value &to) { return to.set(v.packet.notes.extra_packets + 1u); },
     put<Slot::count>},
    {"link", "", meta::paint, &kLink,
     [](const View &v, Value &to) { return to.set(v.packet.notes.paint); }, put<Slot::paint>},
    {"direction", "dir", meta::paint, &kDirection,
     [](const View &v, Value &to) { return to.set(v.packet.notes.paint); }, put<Slot::paint>},
    {"paint", "", meta::paint, &kByte,
     [](const View &v, Value &to) { return to.set(v.packet.notes.paint); }, put<Slot::paint>},
    {"aggregate", "agg", meta::aggregate, &kWord,
     [](const View &v, Value &to) { return to.set(v.packet.notes.aggregate); },
     put<Slot::aggregate>},
    {"thread", "", {}, &kHalf,
     [](const View &v, Value &to) { return to.set(v.packet.thread); }, nullptr},

    {"eth_src", "", meta::mac, &kEther,
     [](const View &v, Value &to) { return ether(v, 6, 6, to); }, put<Slot::ether_source>},
    {"eth_dst", "", meta::mac, &kEther,
     [](const View &v, Value &to) { return ether(v, 0, 6, to); }, put<Slot::ether_destination>},
    {"eth_type", "", meta::mac, &kEtherType,
     [](const View &v, Value &to) { return ether(v, 12, 2, to); }, put<Slot::ether_type>},
    {"wire_len", "wire_length", meta::mac, &kWord, wire_bytes, put<Slot::wire_bytes>},
    {"capture_len", "cap_len", {}, &kWord,
     [](const View &v, Value &to) { return to.set(v.packet.length); }, nullptr},

    {"ip_src", "src", meta::network, &kAddress,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip->source().host()); },
     put_address<Slot::source>},
    {"ip_dst", "dst", meta::network, &kAddress,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip->destination().host()); },
     put_address<Slot::destination>},
    {"ip_proto", "proto", meta::network, &kProtocol,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip->protocol); },
     put<Slot::protocol>},
    {"ip_len", "len length ip_length", meta::network, &kWord,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip->total_bytes()); },
     put<Slot::length>},
    {"ip_capture_len", "ip_cap_len", meta::network, &kWord,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip_captured); }, nullptr},
    {"ip_id", "id", meta::network, &kHalf,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(net16(v.ip->id)); },
     put<Slot::id>},
    {"ip_fragoff", "fragoff", meta::network, &kFragmentOffset,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(net16(v.ip->fragment)); },
     put<Slot::fragment>},
    {"ip_frag", "frag", meta::network, &kFragment, fragment_letter, put_fragment_letter},
    {"ip_tos", "tos", meta::network, &kByte,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip->tos); },
     put<Slot::tos>},
    {"ip_dscp", "dscp", meta::network, &kByte,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip->tos >> 2); }, put_dscp},
    {"ip_ecn", "ecn", meta::network, &kEcn,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip->tos & 3); }, put_ecn},
    {"ip_ttl", "ttl", meta::network, &kByte,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip->ttl); },
     put<Slot::ttl>},
    {"ip_hl", "", meta::network, &kByte,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(v.ip->header_bytes()); },
     put_header_bytes<Slot::header_bytes>},
    {"ip_sum", "", meta::network, &kHalf,
     [](const View &v, Value &to) { return v.ip != nullptr && to.set(net16(v.ip->checksum)); },
     put<Slot::ip_sum>},
    {"ip_opt", "", meta::network, &kIpOptions, ip_options, put_ip_options},

    {"sport", "", meta::network, &kPort,
     [](const View &v, Value &to) { return port(v, 0, to); }, put<Slot::source_port>},
    {"dport", "", meta::network, &kPort,
     [](const View &v, Value &to) { return port(v, 2, to); }, put<Slot::destination_port>},

    {"tcp_seq", "seq", meta::network, &kWord,
     [](const View &v, Value &to) { return v.has(v.tcp, 8) && to.set(net32(v.tcp->sequence)); },
     put<Slot::sequence>},
    {"tcp_ack", "ack", meta::network, &kWord,
     [](const View &v, Value &to) {
       return v.has(v.tcp, 12) && to.set(net32(v.tcp->acknowledgment));
     },
     put<Slot::acknowledgment>},
    {"tcp_off", "", meta::network, &kByte,
     [](const View &v, Value &to) { return v.has(v.tcp, 13) && to.set(v.tcp->header_bytes()); },
     put_header_bytes<Slot::offset>},
    {"tcp_flags", "flags", meta::network, &kFlags, flags, put<Slot::flags>},
    {"tcp_window", "tcp_win win", meta::network, &kHalf,
     [](const View &v, Value &to) { return v.has(v.tcp, 16) && to.set(net16(v.tcp->window)); },
     put<Slot::window>},
    {"tcp_sum", "", meta::network, &kHalf,
     [](const View &v, Value &to) { return v.has(v.tcp, 18) && to.set(net16(v.tcp->checksum)); },
     put<Slot::tcp_sum>},
    {"tcp_urp", "urp", meta::network, &kHalf,
     [](const View &v, Value &to) { return v.has(v.tcp, 20) && to.set(net16(v.tcp->urgent)); },
     put<Slot::urgent>},
    {"tcp_opt", "", meta::network, &kTcpOptions, tcp_options, put_tcp_options},
    {"tcp_ntopt", "", meta::network, &kTcpOthers, tcp_options, put_some_tcp_options},
    {"tcp_sack", "", meta::network, &kTcpSack, tcp_options, put_some_tcp_options},

    {"udp_len", "", meta::network, &kHalf,
     [](const View &v, Value &to) { return v.has(v.udp, 6) && to.set(net16(v.udp->length)); },
     put<Slot::udp_length>},
    {"udp_sum", "", meta::network, &kHalf,
     [](const View &v, Value &to) { return v.has(v.udp, 8) && to.set(net16(v.udp->checksum)); },
     put<Slot::udp_sum>},

    {"icmp_type", "", meta::network, &kByte,
     [](const View &v, Value &to) { return v.has(v.icmp, 1) && to.set(v.icmp->type); },
     put<Slot::icmp_type>},
    {"icmp_type_name", "", meta::network, &kIcmpType,
     [](const View &v, Value &to) { return v.has(v.icmp, 1) && to.set(v.icmp->type); },
     put<Slot::icmp_type>},
    {"icmp_code", "", meta::network, &kByte,
     [](const View &v, Value &to) { return v.has(v.icmp, 2) && to.set(v.icmp->code); },
     put_code_name},
    {"icmp_code_name", "", meta::network, &kIcmpCode,
     [](const View &v, Value &to) {
       return v.has(v.icmp, 2) && to.set(static_cast<unsigned>(v.icmp->type) << 8 | v.icmp->code);
     },
     put_code_name},
    {"icmp_flowid", "", meta::network, &kHalf,
     [](const View &v, Value &to) { return icmp_pair(v, 4, to); }, put<Slot::icmp_id>},
    {"icmp_seq", "", meta::network, &kHalf,
     [](const View &v, Value &to) { return icmp_pair(v, 6, to); }, put<Slot::icmp_sequence>},
    {"icmp_nextmtu", "", meta::network, &kHalf, next_mtu, put<Slot::next_mtu>},

    {"payload", "", meta::network, &kPayload,
     [](const View &v, Value &to) { return to.set(v.payload); }, put_payload},
    {"payload_len", "payload_length", meta::network, &kWord,
     [](const View &v, Value &to) { return to.set(v.payload_bytes); }, put<Slot::payload_bytes>},
    {"payload_md5", "", meta::network, &kDigest, digest, nullptr},
    {"payload_md5_hex", "", meta::network, &kDigestHex, digest, nullptr},
};
// clang-format on

bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = 0; at < words.size();) {
    const auto end = std::min(words.find(' ', at), words.size());
    if (words.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

const Field *find_field(std::string_view name) {
  for (const Field &field : kFields)
    if (field.name == name || has_word(field.aliases, name)) return &field;
  return nullptr;
}

}  // namespace pmill::summary
