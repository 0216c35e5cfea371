// SPDX-License-Identifier: BSD-3-Clause
// IPv4 packets as a line for people, in the manner of tcpdump.
#pragma once

#include <algorithm>
#include <cstdint>
#include <pmill/net/icmp.hh>
#include <pmill/net/icmp_names.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/tcp.hh>
#include <pmill/net/udp.hh>
#include <pmill/text.hh>
#include <string_view>

namespace pmill::net {

/// Which parts of the IPv4 header to show before the addresses, and how to show ICMP's ids.
struct IpTextOptions {
  bool id = false;
  bool ttl = false;
  bool tos = false;
  bool length = false;
  bool swap = true;  // ICMP ids and sequence numbers in network order
};

namespace detail {

inline void end_points(TextLine &line, const IPv4 &ip) {
  line.address(ip.source()).text(" > ").address(ip.destination()).text(": ");
}

/// "A.p > B.q: ", or false when the ports are cut off.
inline bool ports(TextLine &line, const IPv4 &ip, const std::uint8_t *at, std::uint32_t count) {
  if (count < 4) {
    end_points(line, ip);
    return false;
  }
  const Udp &header = *reinterpret_cast<const Udp *>(at);
  line.address(ip.source()).character('.').number(net16(header.source_port)).text(" > ");
  line.address(ip.destination()).character('.').number(net16(header.destination_port)).text(": ");
  return true;
}

/// "FLAGS seq:end(payload,captured,ip) [ack N] win W".
inline void tcp(TextLine &line, const IPv4 &ip, const std::uint8_t *at, std::uint32_t count,
                std::uint32_t captured) {
  const Tcp &header = *reinterpret_cast<const Tcp *>(at);
  if (!ports(line, ip, at, count) || count < 14) {
    line.text("truncated-tcp");
    return;
  }
  const int payload = static_cast<int>(ip.total_bytes()) - static_cast<int>(ip.header_bytes()) -
                      static_cast<int>(header.header_bytes());
  auto end = net32(header.sequence) + static_cast<std::uint32_t>(payload);
  const std::uint8_t flags = header.flags;
  if (flags & Tcp::kSyn) line.character('S'), ++end;
  if (flags & Tcp::kFin) line.character('F'), ++end;
  if (flags & Tcp::kRst) line.character('R');
  if (flags & Tcp::kPsh) line.character('P');
  if (!(flags & (Tcp::kSyn | Tcp::kFin | Tcp::kRst | Tcp::kPsh))) line.character('.');
  line.character(' ').number(net32(header.sequence)).character(':').number(end);
  line.character('(').number(payload).character(',').number(captured).character(',');
  line.number(ip.total_bytes()).character(')');
  if (flags & Tcp::kAck) line.text(" ack ").number(net32(header.acknowledgment));
  if (count < 16)
    line.text(" truncated-tcp");
  else
    line.text(" win ").number(net16(header.window));
}

inline void udp(TextLine &line, const IPv4 &ip, const std::uint8_t *at, std::uint32_t count) {
  if (!ports(line, ip, at, count) || count < Udp::kBytes) {
    line.text("truncated-udp");
    return;
  }
  line.text("udp ").number(net16(reinterpret_cast<const Udp *>(at)->length));
}

inline void icmp(TextLine &line, const IPv4 &ip, const std::uint8_t *at, std::uint32_t count,
                 bool swap) {
  end_points(line, ip);
  line.text("icmp");
  if (count < 2) {
    line.text(" truncated-icmp");
    return;
  }
  const Icmp &header = *reinterpret_cast<const Icmp *>(at);
  if (const auto name = icmp_type_name(header.type); !name.empty())
    line.character(' ').text(name);
  else
    line.text(" type ").number(header.type);
  if (header.type != kEcho && header.type != kEchoReply) {
    if (header.code != 0) line.text(" code ").number(header.code);
  } else if (count < Icmp::kBytes) {
    line.text(" truncated-icmp");
  } else {
    const auto shown = [swap](std::uint16_t wire) { return swap ? net16(wire) : wire; };
    line.text(" (").number(shown(header.echo.id)).text(", ");
    line.number(shown(header.echo.sequence)).character(')');
  }
}

}  // namespace detail

/// Adds what is known of the IPv4 packet at `at`, of which `available` bytes are there; the whole
/// packet that it lies in has `captured`.
inline void ip_text(TextLine &line, const std::uint8_t *at, std::uint32_t available,
                    std::uint32_t captured, const IpTextOptions &show) {
  if (available < IPv4::kBytes) {
    line.text("truncated-ip");
    return;
  }
  const IPv4 &ip = *ipv4(at);
  const int payload = static_cast<int>(ip.total_bytes()) - static_cast<int>(ip.header_bytes());
  if (show.id) line.text("id ").number(net16(ip.id)).character(' ');
  if (show.ttl) line.text("ttl ").number(ip.ttl).character(' ');
  if (show.tos) line.text("tos ").number(ip.tos).character(' ');
  if (show.length) line.text("length ").number(ip.total_bytes()).character(' ');

  const std::uint32_t header = std::min(ip.header_bytes(), available);
  const std::uint32_t count =
      std::min(available - header, static_cast<std::uint32_t>(std::max(payload, 0)));
  if (ip.fragment_offset() == 0 && ip.protocol == kTcp) {
    detail::tcp(line, ip, at + header, count, captured);
  } else if (ip.fragment_offset() == 0 && ip.protocol == kUdp) {
    detail::udp(line, ip, at + header, count);
  } else if (ip.fragment_offset() == 0 && ip.protocol == kIcmp) {
    detail::icmp(line, ip, at + header, count, show.swap);
  } else {
    detail::end_points(line, ip);
    line.text("ip-proto-").number(ip.protocol);
  }
  if (ip.is_fragment()) {
    line.text(" (frag ").number(net16(ip.id)).character(':').number(payload);
    line.character('@').number(ip.fragment_offset()).text(ip.more_fragments() ? "+)" : ")");
  }
}

/// Where the payload of TCP, UDP or ICMP begins in the IPv4 packet at `at`: at most `available`,
/// behind the IP header for other protocols and for fragments but the first.
inline std::uint32_t payload_offset(const std::uint8_t *at, std::uint32_t available) {
  if (available < IPv4::kBytes) return available;
  const IPv4 &ip = *ipv4(at);
  std::uint32_t offset = ip.header_bytes();
  if (ip.fragment_offset() == 0) {
    if (ip.protocol == kTcp)
      offset += offset + Tcp::kBytes <= available
                    ? reinterpret_cast<const Tcp *>(at + offset)->header_bytes()
                    : Tcp::kBytes;
    else if (ip.protocol == kUdp)
      offset += Udp::kBytes;
    else if (ip.protocol == kIcmp)
      offset += Icmp::kBytes;
  }
  return std::min(offset, available);
}

}  // namespace pmill::net
