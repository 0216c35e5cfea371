// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/destination.hh>
#include <pmill/net/udp.hh>

namespace pmill::elements {

/// Puts an IPv4 and a UDP header in front of packets.
///
/// The IP header has TTL 250 and an id that grows by one from packet to packet of a worker. Both
/// headers are marked, and the destination annotation is set.
/// @workers Every worker counts ids for itself, from beginnings far from each other.
/// @group ip
/// @example InfiniteSource(LENGTH 64) -> UDPIPEncap(10.0.0.1, 1234, 10.0.1.1, 4321) -> EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:10:01) -> ToDPDKDevice(0);
struct UDPIPEncap {
  static constexpr Spec spec{.reads = meta::dst_ip,
                             .expects = meta::dst_ip,
                             .writes = meta::network | meta::transport | meta::dst_ip,
                             .resizes = true,
                             .checks = true,
                             .workers = "each"};

  struct Args {
    IPAddress src;         ///< Source address. @writable
    UdpPort sport;         ///< Source port. @writable
    net::Destination dst;  ///< Destination address; `DST_ANNO`: each packet's destination
                           ///< annotation. @lowering destination @readsfor DST_ANNO dst_ip
    UdpPort dport;         ///< Destination port. @writable
    bool checksum = true;  ///< Whether to compute the UDP checksum; 0 stands for none. @positional
  };

  struct State {
    Count too_long;  ///< @drop The packet is too long for the length in an IPv4 header.
    Count no_room;   ///< @drop The buffer is too small for the headers.
    std::uint16_t next_id = 0;
  };

  /// Workers begin far from each other, so that few packets have the same id at about one time.
  static void initialize(auto &self) {
    self.state.next_id =
        static_cast<std::uint16_t>(self.worker.index * (0x10000 / self.worker.count));
  }

  static void push(auto &self, auto &packet) {
    constexpr std::uint32_t kHeaders = net::IPv4::kBytes + net::Udp::kBytes;
    const IPAddress destination = net::destination_of(packet, self.args.dst);
    if (packet.length() > net::IPv4::kMaxBytes - kHeaders) [[unlikely]]
      return drop(self, packet, self.state.too_long);
    if (!packet.push(kHeaders)) [[unlikely]]
      return drop(self, packet, self.state.no_room);
    write_headers(self, packet.data(), packet.length(), destination);
    packet.set_network(packet.data());
    packet.set_transport(packet.data() + net::IPv4::kBytes);
    packet.set(meta::dst_ip, destination.value);
    emit<0>(self, packet);
  }

  PMILL_INLINE static void write_headers(auto &self, std::uint8_t *at, std::uint32_t length,
                                         IPAddress destination) {
    constexpr std::uint8_t kTtl = 250;
    auto &ip = *net::ipv4(at);
    ip = {};
    ip.version_and_words = net::kPlainHeader;
    ip.total_length = net16(static_cast<std::uint16_t>(length));
    ip.id = net16(self.state.next_id++);
    ip.ttl = kTtl;
    ip.protocol = net::kUdp;
    ip.source_address = self.args.src.value;
    ip.destination_address = destination.value;
    net::set_checksum(ip, net::IPv4::kBytes);

    auto &udp = *net::udp(at + net::IPv4::kBytes);
    udp.source_port = net16(self.args.sport);
    udp.destination_port = net16(self.args.dport);
    udp.length = net16(static_cast<std::uint16_t>(length - net::IPv4::kBytes));
    udp.checksum = 0;
    if (self.args.checksum) udp.checksum = net::udp_checksum(ip, udp);
  }
};

}  // namespace pmill::elements
