// SPDX-License-Identifier: BSD-3-Clause
// ICMP errors: when a router owes one (RFC 1812 4.3.2.7) and what is in it (RFC 792).
#pragma once

#include <cstdint>
#include <pmill/net/icmp.hh>
#include <pmill/net/ip.hh>
#include <pmill/packet.hh>
#include <span>

namespace pmill::net {

/// Whether an error of a type may answer an IPv4 packet, of whose header and payload `available`
/// bytes are there. `bad` are addresses that are no host's, such as directed broadcasts.
bool may_answer(const IPv4 &ip, std::uint32_t available, PacketType link,
                std::span<const IPAddress> bad, std::uint8_t type);

/// What an ICMP error says beside the packet it is about. Its IPv4 header has an id of its own.
struct IcmpError {
  IPAddress source;
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  IPAddress gateway;           // kRedirect
  std::uint8_t pointer = 0;    // kParameterProblem
  std::uint16_t next_mtu = 0;  // kUnreachable, kNeedFragmentation
};

/// Bytes in front of the quoted packet.
inline constexpr std::uint32_t kIcmpErrorBytes = IPv4::kBytes + Icmp::kBytes;

/// Writes an error about the packet at `original`, `quoted` bytes of which follow the headers,
/// to `out`, which has room for both.
void write_icmp_error(std::uint8_t *out, const IPv4 &original, std::uint32_t quoted,
                      const IcmpError &error);

}  // namespace pmill::net
