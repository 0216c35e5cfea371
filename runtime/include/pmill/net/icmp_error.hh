// SPDX-License-Identifier: BSD-3-Clause
// ICMP errors: when a router owes one (RFC 1812 4.3.2.7) and what is in it (RFC 792).
#pragma once

#include <cstdint>
#include <pmill/net/icmp.hh>
#include <pmill/net/ip.hh>
#include <pmill/packet.hh>
#include <pmill/worker.hh>

namespace pmill::net {

/// A packet about which an ICMP error is to be sent: its IPv4 header, of which and of whose payload
/// `available` bytes are there. `bad` are addresses that are no host's, such as directed
/// broadcasts.
struct Offender {
  const IPv4 &ip;
  std::uint32_t available;
  PacketType link;
  View<IPAddress> bad;
};

/// What an ICMP error says beside the packet it is about, and how long it may be at most.
struct IcmpError {
  IPAddress source;
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  IPAddress gateway;           // kRedirect
  std::uint8_t pointer = 0;    // kParameterProblem
  std::uint16_t next_mtu = 0;  // kUnreachable, kNeedFragmentation
  std::uint32_t mtu = 576;
};

/// Makes an error: an IPv4 packet with an id of its own. nullptr when none may answer this packet,
/// counted in `suppressed`, or when there is no buffer.
Buffer make_icmp_error(Worker &worker, const Offender &offender, const IcmpError &error,
                       Count &suppressed);

}  // namespace pmill::net
