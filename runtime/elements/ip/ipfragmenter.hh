// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/fragments.hh>
#include <pmill/net/ip.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Cuts IPv4 packets that are longer than MTU into fragments (RFC 791).
///
/// Shorter packets pass. Every fragment has the packet's annotations, and those of its options
/// that are to be copied; the first has all of them. A packet that must not be fragmented (DF
/// set, and HONOR_DF) leaves on output 1 when that is connected and is dropped otherwise, and so
/// does one of which MTU bytes could not even hold the header and eight bytes.
/// @workers Every worker draws new ids for itself, from different beginnings.
/// @group ip
/// @example CheckIPHeader -> f :: IPFragmenter(1500) -> Discard; f[1] -> ICMPError(18.26.4.24, unreachable, needfrag) -> Discard;
struct IPFragmenter {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "h/h",
                             .reads = meta::network,
                             .expects = meta::network,
                             .writes = meta::mac | meta::network | meta::transport,
                             .cold = outputs(1),
                             .resizes = true,
                             .workers = "each"};

  struct Args {
    std::uint32_t mtu;     ///< The longest packet that passes, from its IP header. @range 8 65535
    bool honor_df = true;  ///< Whether to respect "don't fragment". @positional
    bool verbose = false;  ///< Report every packet refused, not the first five. @positional
    std::uint32_t headroom = 128;  ///< Bytes of room in front of fragments. @range 0 65407
  };

  struct State {
    Count drops;      ///< @drop(1) The packet may not be fragmented, or cannot be.
    Count fragments;  ///< @read Fragments sent.
    Count no_header;  ///< @drop The packet has no marked IP header, or only a part of it.
    std::uint32_t random = 0x2545f491;
  };

  /// Workers draw different ids: fragments of two packets with one id would be put together.
  static void initialize(auto &self) {
    constexpr std::uint32_t kApartFromEachOther = 0x9e3779b9;
    self.state.random ^= self.worker.index * kApartFromEachOther;
  }

  static void push(auto &self, auto &packet) {
    net::IPv4 *ip = net::ipv4(packet);
    if (ip == nullptr) [[unlikely]]
      return drop(self, packet, self.state.no_header);
    const std::uint32_t available = net::bytes_from(packet, ip);
    if (available > self.args.mtu) [[unlikely]]
      return too_long<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    emit<0>(self, packet);
  }

 private:
  static bool may_fragment(const net::IPv4 &ip, const auto &args) {
    return !(ip.dont_fragment() && args.honor_df) && args.mtu >= ip.header_bytes() + 8;
  }

  /// What has more bytes than the MTU; some of them may lie behind the IP packet.
  template <typename S, typename P>
  PMILL_COLD static void too_long(S self, P packet) {
    net::IPv4 *ip = net::ipv4(packet);
    const std::uint32_t available = net::bytes_from(packet, ip);
    if (!net::is_whole(*ip, available) || ip->total_bytes() < ip->header_bytes())
      return drop(self, packet, self.state.no_header);
    if (ip->total_bytes() < available) packet.take(available - ip->total_bytes());
    if (net::bytes_from(packet, ip) <= self.args.mtu) return emit_rarely<0>(self, packet);
    if (may_fragment(*ip, self.args)) return fragment(self, packet);
    if (self.state.drops.value < 5 || self.args.verbose)
      net::report_unfragmented(*ip, packet.length(), self.args.mtu);
    reject<1>(self, packet, self.state.drops);
  }

  static void fragment(auto &self, const auto &packet) {
    using P = SelfOf<decltype(packet)>;
    net::IPv4 &ip = *net::ipv4(packet);
    net::Fragments fragments({.ip = ip,
                              .available = net::bytes_from(packet, &ip),
                              .front = static_cast<std::uint32_t>(packet.network() - packet.data()),
                              .headroom = packet.headroom()},
                             {.mtu = self.args.mtu, .headroom = self.args.headroom},
                             self.state.random);
    while (const Buffer b = fragments.next(self.worker)) {
      auto &&copy = adopt<P>(b);
      copy.copy_metadata(packet);
      if (!fragments.is_first()) copy.set_mac(nullptr);
      copy.set_network(copy.data() + fragments.front());
      copy.set_transport(copy.network() + fragments.header_bytes());
      ++self.state.fragments;
      emit_rarely<0>(self, copy);
    }
    self.worker.release(packet.buffer());
  }
};

}  // namespace pmill::elements
