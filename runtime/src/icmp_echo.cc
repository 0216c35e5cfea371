// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/net/checksum.hh>
#include <pmill/net/icmp.hh>
#include <pmill/net/icmp_echo.hh>
#include <pmill/net/options.hh>

namespace pmill::net {

EchoFault find_echo_fault(const IPv4 &ip, std::uint32_t available) {
  if (ip.version() != 4 || ip.protocol != kIcmp || !is_whole(ip, available))
    return EchoFault::no_request;
  // A later fragment has no ICMP header, and of the first one the answer would be wrong.
  if (ip.is_fragment()) return EchoFault::incomplete;
  const std::uint32_t needed = ip.header_bytes() + Icmp::kBytes;
  if (ip.total_bytes() < needed) return EchoFault::no_request;
  if (available > ip.header_bytes()) {
    const auto *type = reinterpret_cast<const std::uint8_t *>(&ip) + ip.header_bytes();
    if (*type != kEcho) return EchoFault::no_request;
  }
  if (ip.total_bytes() > available) return EchoFault::incomplete;
  // The answer comes from where the request went: that must be an address of ours, not a group's.
  if (!is_host(ip.source()) || !is_host(ip.destination())) return EchoFault::address;
  // The answer would have to go back by the same way, and that is how addresses are faked.
  if (!is_plain(ip) && has_source_route(ip)) return EchoFault::source_route;
  return EchoFault::none;
}

void answer_echo(IPv4 &ip) {
  constexpr std::uint8_t kTtl = 255;
  const std::uint32_t asked = ip.destination_address;
  ip.destination_address = ip.source_address;
  ip.source_address = asked;
  ip.ttl = kTtl;
  set_checksum(ip, ip.header_bytes());

  auto *message = reinterpret_cast<std::uint8_t *>(&ip) + ip.header_bytes();
  auto &icmp = *reinterpret_cast<Icmp *>(message);
  // The type is the first byte of its half-word.
  icmp.checksum = patched_checksum(icmp.checksum, kEcho, kEchoReply);
  icmp.type = kEchoReply;
  // An answer may be zero all over. Its checksum is the one that is 0xffff.
  if (icmp.checksum == 0 && checksum(message, ip.total_bytes() - ip.header_bytes()) == 0xffff)
    icmp.checksum = 0xffff;
}

}  // namespace pmill::net
