// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/ip_output.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Processes the IP options that are every router's business: record route and timestamp.
///
/// A packet with a bad option leaves on output 1 when that is connected, the parameter-problem
/// annotation pointing at the bad byte of its header, and is dropped otherwise. The header
/// checksum is kept right.
/// @group ip
/// @example CheckIPHeader -> gw :: IPGWOptions(18.26.4.24, 18.26.7.1) -> Discard; gw[1] -> ICMPError(18.26.4.24, parameterproblem) -> Discard;
struct IPGWOptions {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .reads = meta::network | meta::transport,
                             .expects = meta::network,
                             .writes = meta::param,
                             .cold = outputs(1),
                             .passes = true,
                             .edits = part::options};

  struct Args {
    IPAddress myaddr;                 ///< The address to record.
    List<IPAddress> otheraddrs = {};  ///< This router's other addresses. @positional
  };

  struct State {
    Count drops;      ///< @drop(1) An option is bad.
    Count no_header;  ///< @drop The packet has no marked IP header, or only a part of it.
  };

  static void push(auto &self, auto &packet) {
    auto *ip = net::ipv4(packet);
    if (ip != nullptr && net::has_no_options(packet)) [[likely]]
      return emit<0>(self, packet);
    process<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
  }

 private:
  template <typename S, typename P>
  PMILL_COLD static void process(S self, P packet) {
    auto *ip = net::ipv4(packet);
    if (ip == nullptr || !net::is_whole(*ip, net::bytes_from(packet, ip)))
      return drop(self, packet, self.state.no_header);
    const auto bad =
        net::process_options(*ip, self.args.myaddr, self.args.otheraddrs, self.worker.clock.now());
    if (bad == 0) return emit_rarely<0>(self, packet);
    packet.set(meta::param, bad);
    reject<1>(self, packet, self.state.drops);
  }
};

}  // namespace pmill::elements
