// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pmill/flow/key.hh>
#include <pmill/net/icmp.hh>

namespace pmill::flow {
namespace {

/// Whether messages of a type, which has an identifier, ask or answer.
constexpr bool is_query(std::uint8_t type) {
  return type == net::kEcho || (type >= net::kTimestampRequest && type % 2 == 1);
}

/// A key of nothing but zeros would be that of an unused place of a table.
Key without_ports(const net::IPv4 &ip) {
  const std::uint16_t port = ip.protocol == 0 ? 0xffff : 0;
  return Key(ip.source_address, ip.destination_address, port, port, ip.protocol);
}

/// The ports of a TCP or UDP packet, the identifier of an ICMP query: what lies at `at`, of which
/// `available` bytes are there. False when there are none, or not all.
bool read_ports(const net::IPv4 &ip, const std::uint8_t *at, std::uint32_t available, Key &key) {
  std::uint16_t source = 0, destination = 0;
  if (ip.protocol == net::kTcp || ip.protocol == net::kUdp) {
    if (available < kPortBytes) return false;
    std::memcpy(&source, at, 2);
    std::memcpy(&destination, at + 2, 2);
  } else {
    if (available < net::Icmp::kBytes) return false;
    const auto &icmp = *reinterpret_cast<const net::Icmp *>(at);
    (is_query(icmp.type) ? source : destination) = icmp.echo.id;
  }
  key = Key(ip.source_address, ip.destination_address, source, destination, ip.protocol);
  return true;
}

/// The key of the flow to which the packet belongs that an ICMP error quotes, seen from the
/// receiver of that packet. False when too little is quoted to tell.
bool read_quoted(const std::uint8_t *at, std::uint32_t available, Key &key) {
  const auto &ip = *net::ipv4(at);
  if (available < net::IPv4::kBytes || ip.version() != 4 || !net::is_whole(ip, available))
    return false;
  const bool has_ports =
      ip.protocol == net::kTcp || ip.protocol == net::kUdp || ip.protocol == net::kIcmp;
  if (!has_ports || ip.fragment_offset() != 0) return false;
  const std::uint8_t *inner = at + ip.header_bytes();
  available -= ip.header_bytes();
  // An error is never about an error (RFC 1122 3.2.2).
  if (ip.protocol == net::kIcmp && (available == 0 || !net::has_icmp_id(*inner))) return false;
  if (!read_ports(ip, inner, available, key)) return false;
  key = key.reversed();
  return true;
}

}  // namespace

Reading read_key(const net::IPv4 &ip, std::uint32_t available, Key &key) {
  if (ip.version() != 4 || !net::is_whole(ip, available)) return Reading::none;
  key = without_ports(ip);
  if (ip.is_fragment()) return Reading::fragment;
  // What a header says of the packet's end counts only where that is nearer.
  available = std::min(available, std::max(ip.total_bytes(), ip.header_bytes()));
  const auto *at = reinterpret_cast<const std::uint8_t *>(&ip) + ip.header_bytes();
  available -= ip.header_bytes();
  switch (ip.protocol) {
    case net::kTcp:
    case net::kUdp:
      return read_ports(ip, at, available, key) ? Reading::ports : Reading::none;
    case net::kIcmp: {
      if (available < net::Icmp::kBytes) return Reading::none;
      if (net::has_icmp_id(*at))
        return read_ports(ip, at, available, key) ? Reading::ports : Reading::none;
      if (net::is_error_type(*at) &&
          read_quoted(at + net::Icmp::kBytes, available - net::Icmp::kBytes, key))
        return Reading::quoted;
      return Reading::no_ports;
    }
    default:
      return Reading::no_ports;
  }
}

}  // namespace pmill::flow
