// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <pmill/element.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/options.hh>
#include <pmill/out_of_line.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Cuts IPv4 packets that are longer than MTU into fragments (RFC 791).
///
/// Shorter packets pass. Every fragment has the packet's annotations, and those of its options
/// that are to be copied; the first has all of them. A packet that must not be fragmented (DF
/// set, and HONOR_DF) leaves on output 1 when that is connected and is dropped otherwise, and so
/// does one of which MTU bytes could not even hold the header and eight bytes.
/// @group ip
/// @example CheckIPHeader -> f :: IPFragmenter(1500) -> Discard; f[1] -> ICMPError(18.26.4.24, unreachable, needfrag) -> Discard;
struct IPFragmenter {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "h/h",
                             .reads = meta::network,
                             .writes = meta::mac | meta::network | meta::transport,
                             .cold = outputs(1),
                             .resizes = true};

  struct Args {
    std::uint32_t mtu;     ///< The longest packet that passes, from its IP header. @range 8 65535
    bool honor_df = true;  ///< Whether to respect "don't fragment". @positional
    bool verbose = false;  ///< Report every packet refused, not the first five. @positional
    std::uint32_t headroom = 128;  ///< Bytes of room in front of fragments.
  };

  struct State {
    Count drops;      ///< @drop(1) The packet may not be fragmented, or cannot be.
    Count fragments;  ///< @read Fragments sent.
    Count no_header;  ///< @drop The packet has no marked IP header, or only a part of it.
    std::uint32_t random = 0x2545f491;
  };

  static void push(auto &self, auto &packet) {
    net::IPv4 *ip = net::ipv4(packet);
    if (ip == nullptr) [[unlikely]]
      return drop(self, packet, self.state.no_header);
    const std::uint32_t available = net::bytes_from(packet, ip);
    if (available > self.args.mtu) [[unlikely]] {
      if (!net::is_whole(*ip, available) || ip->total_bytes() < ip->header_bytes())
        return drop(self, packet, self.state.no_header);
      if (ip->total_bytes() < available) packet.take(available - ip->total_bytes());
      if (net::bytes_from(packet, ip) > self.args.mtu) {
        if (!may_fragment(*ip, self.args)) {
          if (self.state.drops.value < 5 || self.args.verbose)
            report(*ip, packet.length(), self.args.mtu);
          return reject<1>(self, packet, self.state.drops);
        }
        return fragment<SelfOf<decltype(self)>>(self, packet);
      }
    }
    emit<0>(self, packet);
  }

 private:
  static bool may_fragment(const net::IPv4 &ip, const auto &args) {
    return !(ip.dont_fragment() && args.honor_df) && args.mtu >= ip.header_bytes() + 8;
  }

  PMILL_COLD static void report(const net::IPv4 &ip, std::uint32_t length, std::uint32_t mtu) {
    TextLine(stderr)
        .text("IPFragmenter(")
        .number(mtu)
        .text(") DF ")
        .address(ip.source())
        .character(' ')
        .address(ip.destination())
        .text(" len=")
        .number(length);
  }

  /// A header for every fragment but the first.
  struct Header {
    std::uint8_t bytes[60];
    std::uint32_t length;
  };
  static Header later_header(const net::IPv4 &ip) {
    Header h;
    std::memcpy(h.bytes, &ip, net::IPv4::kBytes);
    h.length = net::IPv4::kBytes + net::copy_fragment_options(ip, h.bytes + net::IPv4::kBytes);
    net::ipv4(h.bytes)->version_and_words = static_cast<std::uint8_t>(0x40 | h.length / 4);
    return h;
  }

  /// Sends the packet in fragments. They are all copies, so that each has one buffer of its own.
  template <typename S, typename P>
  PMILL_COLD static void fragment(OutOfLine<S> self, const P packet) {
    net::IPv4 &ip = *net::ipv4(packet);
    if (ip.dont_fragment()) {
      // The sender relies on DF and may give all of its packets the same id.
      ip.id = next_random(self.state.random);
      ip.fragment &= static_cast<std::uint16_t>(~net16(net::IPv4::kDontFragment));
    }
    Header header;
    header.length = ip.header_bytes();
    std::memcpy(header.bytes, &ip, header.length);

    const auto *payload = packet.network() + header.length;
    const std::uint32_t end = net::bytes_from(packet, payload);
    for (std::uint32_t at = 0, count; at < end; at += count) {
      if (at != 0) header = later_header(ip);
      count = std::min((self.args.mtu - header.length) & ~7u, end - at);
      const bool last = at + count == end && !ip.more_fragments();
      describe(*net::ipv4(header.bytes), ip, header.length + count, at, last);
      net::set_checksum(*net::ipv4(header.bytes), header.length);
      send(self, packet, header, payload + at, count, at == 0);
    }
    self.worker.release(packet.buffer());
  }

  static void describe(net::IPv4 &header, const net::IPv4 &original, std::uint32_t total,
                       std::uint32_t offset, bool last) {
    header.total_length = net16(static_cast<std::uint16_t>(total));
    const std::uint32_t more = last ? 0 : net::IPv4::kMoreFragments;
    const std::uint32_t field = net16(original.fragment) + offset / 8;
    header.fragment = net16(static_cast<std::uint16_t>(field | more));
  }

  /// Sends one fragment; the first keeps what the packet has in front of its IP header.
  static void send(auto &self, const auto &packet, const Header &header,
                   const std::uint8_t *payload, std::uint32_t count, bool first) {
    const auto front = first ? static_cast<std::uint32_t>(packet.network() - packet.data()) : 0;
    create(self, first ? packet.headroom() : self.args.headroom, front + header.length + count,
           [&](auto &copy) {
             auto *ip = copy.data() + front;
             std::memcpy(copy.data(), packet.data(), front);
             std::memcpy(ip, header.bytes, header.length);
             std::memcpy(ip + header.length, payload, count);
             copy.copy_metadata(packet);
             if (!first) copy.set_mac(nullptr);
             copy.set_network(ip);
             copy.set_transport(ip + header.length);
             ++self.state.fragments;
             emit_rarely<0>(self, copy);
           });
  }

  static std::uint16_t next_random(std::uint32_t &x) {  // xorshift
    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    return static_cast<std::uint16_t>(x);
  }
};

}  // namespace pmill::elements
