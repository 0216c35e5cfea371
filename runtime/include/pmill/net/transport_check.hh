// SPDX-License-Identifier: BSD-3-Clause
// Whether a TCP, UDP or ICMP header is one: what the elements that check them have in common.
#pragma once

#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/handler.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/icmp.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/tcp.hh>
#include <pmill/net/udp.hh>
#include <pmill/spec.hh>
#include <string_view>

namespace pmill::net {

/// What is wrong with a transport header.
enum class TransportFault : std::uint8_t { none, protocol, length, fragment, checksum };

/// What lies behind the marked IPv4 header of a packet.
struct Segment {
  TransportFault fault = TransportFault::none;  // if it is not `none`, the rest says nothing
  IPv4 *ip = nullptr;
  std::uint8_t *at = nullptr;
  std::uint32_t count = 0;  // of bytes at `at`, as the IP header says
};

/// Finds what lies behind the header, if it is of a protocol and whole: no fragment, or, `partly`,
/// a first one. The faults are looked for in Click's order.
template <std::uint8_t Protocol>
PMILL_INLINE Segment find_segment(const auto &packet, bool partly = false) {
  IPv4 *ip = ipv4(packet);
  if (ip == nullptr || ip->protocol != Protocol) [[unlikely]]
    return {.fault = TransportFault::protocol};
  const std::uint32_t available = bytes_from(packet, ip), total = ip->total_bytes();
  const bool is_short = has_no_options(packet);
  const std::uint32_t header = is_short ? IPv4::kBytes : ip->header_bytes();
  if (!(is_short || is_whole(*ip, available)) || total < header || total > available) [[unlikely]]
    return {.fault = TransportFault::length};
  if (ip->is_fragment() && !(partly && ip->fragment_offset() == 0)) [[unlikely]]
    return {.fault = TransportFault::fragment};
  return {.ip = ip, .at = packet.network() + header, .count = total - header};
}

/// Whether the checksum of `count` bytes, 8 or more, behind an IPv4 header is right, pseudo header
/// included: that is not all zero.
PMILL_INLINE bool is_intact(const IPv4 &ip, const std::uint8_t *at, std::uint32_t count) {
  return long_sum(at, count, pseudo_header_sum(ip, count)) % 0xffff == 0;
}

/// TCP (RFC 9293) in the `count` bytes at `at`.
PMILL_INLINE TransportFault find_tcp_fault(const IPv4 &ip, const std::uint8_t *at,
                                           std::uint32_t count, bool verify) {
  const Tcp &tcp = *reinterpret_cast<const Tcp *>(at);
  if (count < Tcp::kBytes || tcp.header_bytes() < Tcp::kBytes || tcp.header_bytes() > count)
    return TransportFault::length;
  return verify && !is_intact(ip, at, count) ? TransportFault::checksum : TransportFault::none;
}

/// Whether a UDP header that should be in `count` bytes is there, and says a length that is.
PMILL_INLINE bool is_udp_length(const Udp &udp, std::uint32_t count) {
  return count >= Udp::kBytes && net16(udp.length) >= Udp::kBytes && net16(udp.length) <= count;
}

/// UDP (RFC 768): its own length counts, and the checksum 0 stands for none.
PMILL_INLINE TransportFault find_udp_fault(const IPv4 &ip, const std::uint8_t *at,
                                           std::uint32_t count, bool verify) {
  const Udp &udp = *reinterpret_cast<const Udp *>(at);
  if (!is_udp_length(udp, count)) return TransportFault::length;
  return verify && udp.checksum != 0 && !is_intact(ip, at, net16(udp.length))
             ? TransportFault::checksum
             : TransportFault::none;
}

/// Whether a message of a type may have `count` bytes: errors quote an IP header and eight bytes,
/// timestamps and requests for information have a length of their own (RFC 792).
constexpr bool is_icmp_length(std::uint8_t type, std::uint32_t count) {
  constexpr std::uint32_t kQuoted = IPv4::kBytes + 8;
  if (is_error_type(type)) return count >= Icmp::kBytes + kQuoted;
  if (type == kTimestampRequest || type == kTimestampReply) return count == icmp_header_bytes(type);
  if (type == kInformationRequest || type == kInformationReply) return count == Icmp::kBytes;
  return count >= Icmp::kBytes;
}

/// ICMP (RFC 792), whose checksum has no pseudo header.
PMILL_INLINE TransportFault find_icmp_fault(const std::uint8_t *at, std::uint32_t count) {
  if (count < Icmp::kBytes || !is_icmp_length(at[0], count)) return TransportFault::length;
  const std::uint64_t sum = long_sum(at, count, 0);
  return sum == 0 || sum % 0xffff != 0 ? TransportFault::checksum : TransportFault::none;
}

/// Checks what lies behind the marked IPv4 header of a packet, which is to be of one protocol. Of a
/// later fragment there is nothing to check, and of a first one neither the checksum nor UDP's
/// length.
template <std::uint8_t Protocol>
PMILL_INLINE TransportFault find_transport_fault(const auto &packet, bool verify) {
  const Segment s = find_segment<Protocol>(packet, Protocol == kTcp && !verify);
  if (s.fault != TransportFault::none) [[unlikely]]
    return s.fault;
  if constexpr (Protocol == kTcp)
    return find_tcp_fault(*s.ip, s.at, s.count, verify);
  else if constexpr (Protocol == kUdp)
    return find_udp_fault(*s.ip, s.at, s.count, verify);
  else
    return find_icmp_fault(s.at, s.count);
}

/// The words in which faults of a protocol, "TCP", are reported.
std::string_view fault_text(std::string_view protocol, TransportFault fault);

/// Says on standard error what is wrong, in Click's words.
[[gnu::cold]] void report_fault(std::string_view name, std::string_view protocol,
                                TransportFault fault);

/// The counter of a fault in a State that has one for each.
PMILL_INLINE Count &counter_of(auto &state, TransportFault fault) {
  if constexpr (requires { state.bad_checksum; })
    if (fault == TransportFault::checksum) return state.bad_checksum;
  if (fault == TransportFault::protocol) return state.bad_protocol;
  return fault == TransportFault::length ? state.bad_length : state.fragment;
}

/// The same of a State that has `drops` for their sum. Counts `drops`, and reports the first fault,
/// or each when `verbose`.
PMILL_COLD Count &note_fault(auto &state, std::string_view protocol, TransportFault fault,
                             std::string_view name, bool verbose) {
  if (state.drops.value == 0 || verbose) report_fault(name, protocol, fault);
  ++state.drops;
  return counter_of(state, fault);
}

/// The counters of such a State as Click's handler drop_details shows them.
Tally fault_details(const auto &state, std::string_view protocol) {
  const auto line = [protocol](const Count &count, TransportFault fault) {
    return TallyLine{count.value, fault_text(protocol, fault)};
  };
  return {line(state.bad_protocol, TransportFault::protocol),
          line(state.bad_length, TransportFault::length),
          line(state.bad_checksum, TransportFault::checksum),
          line(state.fragment, TransportFault::fragment)};
}

}  // namespace pmill::net
