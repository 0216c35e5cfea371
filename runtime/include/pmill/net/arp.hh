// SPDX-License-Identifier: BSD-3-Clause
// ARP for IPv4 over Ethernet, and the table of addresses an ARPResponder answers for.
#pragma once

#include <cstdint>
#include <pmill/args.hh>
#include <pmill/attributes.hh>
#include <pmill/net/ether.hh>
#include <pmill/values.hh>
#include <string_view>

namespace pmill::net {

inline constexpr std::uint16_t kArpRequest = 1;
inline constexpr std::uint16_t kArpReply = 2;

/// What ARP messages for IPv4 over Ethernet begin with, in network order.
struct [[gnu::packed]] ArpKind {
  std::uint16_t hardware = net16(1);
  std::uint16_t protocol = net16(kEtherTypeIP);
  std::uint8_t hardware_bytes = 6;
  std::uint8_t protocol_bytes = 4;
  constexpr bool operator==(const ArpKind &) const = default;
};

/// An ARP message for IPv4 over Ethernet: 28 bytes, network order, anywhere in memory.
struct [[gnu::packed]] Arp {
  ArpKind kind;
  std::uint16_t operation;
  EtherAddress sender_ether;
  std::uint32_t sender_ip;
  EtherAddress target_ether;
  std::uint32_t target_ip;
};
static_assert(sizeof(Arp) == 28 && alignof(Arp) == 1);

/// A whole frame.
struct [[gnu::packed]] ArpFrame {
  Ether ether;
  Arp arp;
};
static_assert(sizeof(ArpFrame) == 42);

/// Whether the frame asks who has an IPv4 address. Click does not look at the two length bytes.
PMILL_INLINE bool is_arp_request(const ArpFrame &f) {
  return f.ether.type == net16(kEtherTypeARP) && f.arp.kind.hardware == net16(1) &&
         f.arp.kind.protocol == net16(kEtherTypeIP) && f.arp.operation == net16(kArpRequest);
}

/// Whether the frame says who has an IPv4 address: one of a host, by one host.
PMILL_INLINE bool is_arp_reply(const ArpFrame &f) {
  const IPAddress sender(f.arp.sender_ip);
  return f.ether.type == net16(kEtherTypeARP) && f.arp.kind == ArpKind{} &&
         f.arp.operation == net16(kArpReply) && !is_group(f.arp.sender_ether) && sender &&
         !sender.is_multicast() && !sender.is_broadcast();
}

/// Turns a request into the answer that `owner` has the address asked for.
inline void answer_arp(ArpFrame &f, const EtherAddress &owner) {
  const std::uint32_t asked = f.arp.target_ip;
  f.ether.destination = f.arp.sender_ether;
  f.ether.source = owner;
  f.arp.kind = {};
  f.arp.operation = net16(kArpReply);
  f.arp.target_ether = f.arp.sender_ether;
  f.arp.target_ip = f.arp.sender_ip;
  f.arp.sender_ether = owner;
  f.arp.sender_ip = asked;
}

}  // namespace pmill::net

namespace pmill {

/// The Ethernet address that answers for a prefix. pmill/elaborate/lowerings/arp.py makes these,
/// longest prefix first, so the first match is the best. As text: `10.0.0.0/8=02:00:00:00:00:01`.
struct ArpEntry {
  IPPrefix prefix;
  EtherAddress address;
  constexpr bool operator==(const ArpEntry &) const = default;
};

inline void parse(ArpEntry &entry, std::string_view text) {
  parse(entry.prefix, detail::next_item(text, '='));
  parse(entry.address, text);
}

}  // namespace pmill
