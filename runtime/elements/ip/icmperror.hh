// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/icmp_error.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Answers an IPv4 packet with an ICMP error that quotes it.
///
/// The packet itself ends here. Nothing is sent where RFC 1812 forbids it: in answer to ICMP
/// errors, to fragments but the first, to link-level or IP broadcasts and multicasts, from or to
/// BADADDRS, and to sources that are no host's. The error begins at its IP header, which is
/// marked, with room for link headers in front. Its destination annotation is set and, with
/// SET_FIX_ANNO, the annotation that asks FixIPSrc for the right source address.
///
/// TYPE and CODE are numbers or names: `unreachable` (net, host, protocol, port, needfrag …),
/// `sourcequench`, `redirect` (net, host, tosnet, toshost), `timeexceeded` (transit, reassembly),
/// `parameterproblem` (erroratptr, missingopt, length). A redirect names the destination
/// annotation as gateway, a parameter problem the byte at the parameter-problem annotation.
/// @workers Every worker counts ids for itself, from beginnings far from each other.
/// @group ip
/// @example CheckIPHeader -> ttl :: DecIPTTL -> Discard; ttl[1] -> ICMPError(18.26.4.24, timeexceeded) -> Discard;
struct ICMPError {
  static constexpr Spec spec{
      .reads = meta::network | meta::type | meta::param | meta::dst_ip,
      .expects = meta::network,
      .writes = meta::network | meta::transport | meta::dst_ip | meta::fix_ip_src | meta::timestamp,
      .renews = meta::all,
      .cold = outputs(0),
      .checks = true,
      .workers = "each"};

  struct Args {
    IPAddress src;      ///< The source address of the errors.
    std::uint8_t type;  ///< The type: a number or a name. @lowering icmp_type @readsfor 5 dst_ip
                        ///< @readsfor 12 param
    std::uint8_t code = 0;  ///< The code: a number or a name. @positional @lowering icmp_code
    List<IPAddress> badaddrs = {};  ///< Addresses that are no host's: broadcasts. @positional
    std::uint32_t mtu = 576;        ///< The length of the longest error. @range 28 65535
    std::uint16_t pmtu = 0;         ///< The MTU to announce with `unreachable, needfrag`.
    bool set_fix_anno = true;       ///< Whether FixIPSrc is to replace the source.
  };

  struct State {
    Count suppressed;  ///< @drop An error must not answer this packet (RFC 1812).
    Count no_header;   ///< @drop The packet has no marked IP header, or only a part of it.
  };

  static void push(auto &self, auto &packet) {
    answer<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
  }

 private:
  template <typename S, typename P>
  PMILL_COLD static void answer(S self, const P packet) {
    if (const net::IPv4 *ip = net::ipv4(packet); ip == nullptr) {
      ++self.state.no_header;
    } else if (const Buffer b = make(self, packet, *ip); b != nullptr) {
      auto &&error = adopt<P>(b);
      error.set_network(error.data());
      error.set_transport(error.data() + net::IPv4::kBytes);
      error.set(meta::dst_ip, ip->source_address);
      error.set(meta::fix_ip_src, std::uint8_t{self.args.set_fix_anno});
      error.set_timestamp(self.worker.clock.now());
      emit<0>(self, error);
    }
    self.worker.discard(packet.buffer());
  }

  static Buffer make(auto &self, const auto &packet, const net::IPv4 &ip) {
    const auto &args = self.args;
    return net::make_icmp_error(self.worker,
                                {.ip = ip,
                                 .available = net::bytes_from(packet, &ip),
                                 .link = packet.type(),
                                 .bad = args.badaddrs},
                                {.source = args.src,
                                 .type = args.type,
                                 .code = args.code,
                                 .gateway = IPAddress(packet.get(meta::dst_ip)),
                                 .pointer = packet.get(meta::param),
                                 .next_mtu = args.pmtu,
                                 .mtu = args.mtu},
                                self.state.suppressed);
  }
};

}  // namespace pmill::elements
