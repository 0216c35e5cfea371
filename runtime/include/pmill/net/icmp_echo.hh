// SPDX-License-Identifier: BSD-3-Clause
// ICMP echo requests: which ones a host answers, and how (RFC 792, RFC 1122 3.2.2.6).
#pragma once

#include <cstdint>
#include <pmill/net/ip.hh>

namespace pmill::net {

/// Why a packet is not answered.
enum class EchoFault : std::uint8_t {
  none,
  no_request,
  incomplete,
  address,
  source_route,
};

/// Looks at a packet of whose IPv4 header and payload `available` bytes are there, 20 or more.
/// Nothing outside of them is read.
EchoFault find_echo_fault(const IPv4 &ip, std::uint32_t available);

/// Makes a request without fault the answer to it, in place: everything but addresses, TTL, type
/// and checksums is what was asked. A wrong ICMP checksum stays wrong.
void answer_echo(IPv4 &ip);

}  // namespace pmill::net
