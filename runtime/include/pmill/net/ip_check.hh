// SPDX-License-Identifier: BSD-3-Clause
// Whether an IPv4 header is one: what CheckIPHeader and IPInputCombo have in common.
#pragma once

#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/handler.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip.hh>
#include <pmill/spec.hh>
#include <span>
#include <string_view>

namespace pmill::net {

/// What is wrong with an IPv4 header.
enum class HeaderFault : std::uint8_t {
  none,
  tiny,
  version,
  header_length,
  length,
  checksum,
  source,
};

/// Whether `source` is one from which packets are refused unless they go to certain destinations.
/// `rules` has `interfaces`, `badsrc` and `gooddst`. With interfaces, their broadcast addresses,
/// 0.0.0.0 and 255.255.255.255 are such sources.
PMILL_INLINE bool is_odd_source(const auto &rules, IPAddress source) {
  if (!rules.interfaces.empty() && (!source || source.is_broadcast())) return true;
  for (const auto &interface : rules.interfaces)
    if (source == interface.broadcast()) return true;
  for (const auto &address : rules.badsrc)
    if (source == address) return true;
  return false;
}

/// Whether packets from `source` are refused: the interfaces' own addresses are destinations that
/// may be reached from anywhere.
PMILL_INLINE bool is_bad_source(const auto &rules, IPAddress source, IPAddress destination) {
  if (!is_odd_source(rules, source)) [[likely]]
    return false;
  for (const auto &interface : rules.interfaces)
    if (destination == interface.address) return false;
  for (const auto &address : rules.gooddst)
    if (destination == address) return false;
  return true;
}

/// The rules as values; is_bad_source() takes them, too.
struct SourceRules {
  View<IPPrefix> interfaces;
  View<IPAddress> badsrc;
  View<IPAddress> gooddst;
};

/// Checks any IPv4 header in `available` bytes, the tests in Click's order. Out of line: it sees
/// only headers with options and headers that are wrong.
[[gnu::cold]] HeaderFault find_fault(const std::uint8_t *at, std::uint32_t available,
                                     bool verify_checksum, const SourceRules &rules);
PMILL_INLINE HeaderFault find_fault(const std::uint8_t *at, std::uint32_t available,
                                    bool verify_checksum, const auto &rules) {
  return find_fault(at, available, verify_checksum,
                    SourceRules{rules.interfaces, rules.badsrc, rules.gooddst});
}

/// What the fast check found: `good` is false for some good headers, too; find_fault tells.
struct PlainHeader {
  bool good = false;
  std::uint32_t length = 0;  // of the IP packet
};

/// Whether a header, `offset` bytes into the packet and with `available` bytes from there, has no
/// options and nothing is wrong with it. Inlined.
PMILL_INLINE PlainHeader check_plain(const auto &packet, std::uint32_t offset,
                                     std::uint32_t available, bool verify_checksum,
                                     const auto &rules) {
  // Where reading is harmless, the two comparisons of the length below are enough.
  if (!packet.may_read_ahead(offset + IPv4::kBytes) && available < IPv4::kBytes) [[unlikely]]
    return {};
  const std::uint8_t *at = packet.data() + offset;
  // Each field before the words it lies in: loaded afterwards, it would be cut out of a word, which
  // takes more instructions than loading it.
  const IPv4 &ip = *ipv4(at);
  const IPAddress source = ip.source();
  const std::uint32_t length = ip.total_bytes();
  return {.good = ip.version_and_words == kPlainHeader && length >= IPv4::kBytes &&
                  length <= available && (!verify_checksum || plain_header_is_intact(at)) &&
                  !is_odd_source(rules, source),
          .length = length};
}

/// A fault in Click's words.
std::string_view fault_text(HeaderFault fault);

/// Says on standard error what is wrong.
[[gnu::cold]] void report_fault(std::string_view name, HeaderFault fault);

/// The counter of a fault in a State that has one for each, and `drops` for their sum. Counts
/// `drops`, and reports the first fault, or each when `verbose`.
PMILL_COLD Count &note_fault(auto &state, HeaderFault fault, std::string_view name, bool verbose) {
  if (state.drops.value == 0 || verbose) report_fault(name, fault);
  ++state.drops;
  switch (fault) {
    case HeaderFault::tiny:
      return state.tiny_packet;
    case HeaderFault::version:
      return state.bad_version;
    case HeaderFault::header_length:
      return state.bad_header_length;
    case HeaderFault::length:
      return state.bad_length;
    case HeaderFault::checksum:
      return state.bad_checksum;
    default:
      return state.bad_source;
  }
}

/// The counters of such a State as Click's handler drop_details shows them.
Tally fault_details(const auto &state) {
  return {{state.tiny_packet.value, fault_text(HeaderFault::tiny)},
          {state.bad_version.value, fault_text(HeaderFault::version)},
          {state.bad_header_length.value, fault_text(HeaderFault::header_length)},
          {state.bad_length.value, fault_text(HeaderFault::length)},
          {state.bad_checksum.value, fault_text(HeaderFault::checksum)},
          {state.bad_source.value, fault_text(HeaderFault::source)}};
}

/// Marks a header of `header_bytes` that passed the check at `at`, with `available` bytes from
/// there to the packet's end, and cuts what lies behind the `length` bytes of the IP packet off.
PMILL_INLINE void accept(auto &packet, std::uint8_t *at, std::uint32_t available,
                         std::uint32_t header_bytes, std::uint32_t length) {
  packet.set_network(at);
  packet.set_transport(at + header_bytes);
  packet.set(meta::dst_ip, ipv4(at)->destination_address);
  packet.take(available - length);
}

}  // namespace pmill::net
