// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/transport_check.hh>

namespace pmill::elements {

/// Computes the checksum of UDP packets anew: of header, payload and pseudo header.
///
/// A checksum that would be 0, which stands for none, is 0xffff. A packet of which it cannot be
/// computed leaves, unchanged, on output 1 when that is connected and is dropped otherwise: what is
/// not UDP, fragments, and packets that are shorter than they say. The network header must be
/// marked.
/// @group ip
/// @example CheckIPHeader -> SetUDPChecksum -> Discard;
struct SetUDPChecksum {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .reads = meta::network | meta::transport,
                             .expects = meta::network,
                             .cold = outputs(1),
                             .passes = true,
                             .edits = part::payload};

  struct State {
    Count bad_protocol;  ///< @drop(1) No marked IPv4 header, or its protocol is not UDP.
    Count bad_length;  ///< @drop(1) The packet is too short, or its UDP header says a wrong length.
    Count fragment;    ///< @drop(1) A fragment, which has not all that is to be summed up.
  };

  static void push(auto &self, auto &packet) {
    auto s = net::find_segment<net::kUdp>(packet);
    if (s.fault == net::TransportFault::none && !net::is_udp_length(*net::udp(s.at), s.count))
      s.fault = net::TransportFault::length;
    if (s.fault != net::TransportFault::none) [[unlikely]]
      return reject<1>(self, packet, net::counter_of(self.state, s.fault));
    auto &udp = *net::udp(s.at);
    udp.checksum = 0;
    udp.checksum = net::udp_checksum(*s.ip, udp);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
