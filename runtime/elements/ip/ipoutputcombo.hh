// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/ip_output.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Does what every IP router does with a packet before it leaves on an interface.
///
/// The same as DropBroadcasts, PaintTee(COLOR), IPGWOptions(IPADDR), FixIPSrc(IPADDR) and
/// DecIPTTL one after the other, but in one element. Output 0: packets to send. Output 1: copies
/// of packets that have the paint. Output 2: packets with bad options. Output 3: packets whose
/// TTL has run out. Output 4: packets longer than MTU, for an IPFragmenter.
/// @group ip
/// @example CheckIPHeader -> out :: IPOutputCombo(1, 18.26.4.24, 1500) -> Discard; out[1] -> Discard; out[2] -> Discard; out[3] -> Discard; out[4] -> Discard;
struct IPOutputCombo {
  static constexpr Spec spec{
      .ports = "1/5",
      .processing = "h/h",
      .reads = meta::type | meta::paint | meta::fix_ip_src | meta::network | meta::transport,
      .expects = meta::network,
      .writes = meta::fix_ip_src | meta::param,
      .cold = outputs(1, 2, 3, 4),
      .passes = true,
      .edits = part::ttl | part::options | part::source | part::front};

  struct Args {
    std::uint8_t color;  ///< Packets with this paint came from where they go.
    IPAddress ipaddr;    ///< The address of the interface.
    std::uint32_t mtu;   ///< The longest packet the interface takes.
  };

  struct State {
    Count broadcasts;   ///< @drop The frame was a link-level broadcast or multicast.
    Count no_header;    ///< @drop The packet has no marked IP header, or only a part of it.
    Count bad_options;  ///< @drop(2) An option is bad.
    Count expired;      ///< @drop(3) The TTL had run out.
    Count too_long;     ///< @drop(4) The packet is longer than the MTU.
  };

  static void push(auto &self, auto &packet) {
    auto &state = self.state;
    if (net::was_broadcast(packet)) [[unlikely]]
      return drop(self, packet, state.broadcasts);
    auto *ip = net::ipv4(packet);
    if (ip == nullptr || !net::is_whole(*ip, net::bytes_from(packet, ip))) [[unlikely]]
      return drop(self, packet, state.no_header);

    if (packet.get(meta::paint) == self.args.color) [[unlikely]]
      send_copy<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    if (!net::has_no_options(packet)) [[unlikely]] {
      const std::uint8_t bad =
          net::process_options(*ip, self.args.ipaddr, {}, self.worker.clock.now());
      if (bad != 0) {
        packet.set(meta::param, bad);
        return reject<2>(self, packet, state.bad_options);
      }
    }
    net::fix_source(packet, self.args.ipaddr);
    if (ip->ttl <= 1) [[unlikely]]
      return reject<3>(self, packet, state.expired);
    net::decrement_ttl(*ip);
    if (net::bytes_from(packet, ip) > self.args.mtu) [[unlikely]]
      return reject<4>(self, packet, state.too_long);
    emit<0>(self, packet);
  }

 private:
  /// A copy for output 1, which tells the sender that it could do without us.
  template <typename S, typename P>
  PMILL_COLD static void send_copy(S self, const P packet) {
    clone(self, packet, [&](auto &copy) { emit<1>(self, copy); });
  }
};

}  // namespace pmill::elements
