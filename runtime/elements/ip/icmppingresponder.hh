// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/icmp_echo.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/ip_output.hh>

namespace pmill::elements {

/// Answers ICMP echo requests, whatever address they were sent to.
///
/// A request becomes the answer: source and destination change places, the TTL is 255, the
/// destination annotation is the requester's address, the paint is 0, and the timestamp is now. IP
/// options stay as they are; IPGWOptions, where the answer leaves, adds this router to them.
///
/// What is no request leaves on output 1 when that is connected and is dropped otherwise. So do
/// requests that nobody should answer: fragments and packets whose end is missing, those from or to
/// addresses that are no host's, such as broadcasts and multicasts, and those with a source route.
/// The network header must be marked.
/// @group ip
/// @example CheckIPHeader -> ping :: ICMPPingResponder -> Discard; ping[1] -> Discard;
struct ICMPPingResponder {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .reads = meta::network | meta::type,
                             .expects = meta::network,
                             .writes = meta::dst_ip | meta::paint | meta::timestamp};

  struct State {
    Count drops;         ///< @drop(1) No ICMP echo request.
    Count incomplete;    ///< @drop(1) A fragment, or the packet's end is missing.
    Count bad_address;   ///< @drop(1) From or to an address that is no host's.
    Count source_route;  ///< @drop(1) The request has a source route.
  };

  static void push(auto &self, auto &packet) {
    auto *ip = net::ipv4(packet);
    const auto fault = find_fault(packet, ip);
    if (fault != net::EchoFault::none) return reject<1>(self, packet, counter(self.state, fault));
    net::answer_echo(*ip);
    packet.set(meta::dst_ip, ip->destination_address);
    packet.set(meta::paint, std::uint8_t{0});
    packet.set_timestamp(self.worker.clock.now());
    emit<0>(self, packet);
  }

 private:
  PMILL_INLINE static net::EchoFault find_fault(const auto &packet, const net::IPv4 *ip) {
    if (ip == nullptr) return net::EchoFault::no_request;
    const auto fault = net::find_echo_fault(*ip, net::bytes_from(packet, ip));
    // A frame to everybody holds a directed broadcast, whose address looks like a host's.
    return fault == net::EchoFault::none && net::was_broadcast(packet) ? net::EchoFault::address
                                                                       : fault;
  }

  PMILL_INLINE static Count &counter(State &state, net::EchoFault fault) {
    switch (fault) {
      case net::EchoFault::incomplete:
        return state.incomplete;
      case net::EchoFault::address:
        return state.bad_address;
      case net::EchoFault::source_route:
        return state.source_route;
      default:
        return state.drops;
    }
  }
};

}  // namespace pmill::elements
