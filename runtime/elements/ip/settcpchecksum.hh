// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <pmill/element.hh>
#include <pmill/net/transport_check.hh>

namespace pmill::elements {

/// Computes the checksum of TCP packets anew: of header, payload and pseudo header.
///
/// FIXOFF first makes the length of the TCP header possible: no shorter than 20 bytes, and no
/// longer than what there is. A packet of which the checksum cannot be computed leaves, unchanged,
/// on output 1 when that is connected and is dropped otherwise: what is not TCP, fragments, and
/// packets whose end is missing. The network header must be marked.
/// @group ip
/// @example CheckIPHeader -> SetTCPChecksum -> Discard;
struct SetTCPChecksum {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .reads = meta::network | meta::transport,
                             .expects = meta::network,
                             .cold = outputs(1),
                             .passes = true,
                             .edits = part::payload};

  struct Args {
    bool fixoff = false;  ///< Whether to correct the length of the TCP header. @positional
  };

  struct State {
    Count bad_protocol;  ///< @drop(1) No marked IPv4 header, or its protocol is not TCP.
    Count bad_length;    ///< @drop(1) The packet is too short, or does not end where it says.
    Count fragment;      ///< @drop(1) A fragment, which has not all that is to be summed up.
  };

  static void push(auto &self, auto &packet) {
    auto s = net::find_segment<net::kTcp>(packet);
    if (s.fault == net::TransportFault::none && s.count < net::Tcp::kBytes)
      s.fault = net::TransportFault::length;
    if (s.fault != net::TransportFault::none) [[unlikely]]
      return reject<1>(self, packet, net::counter_of(self.state, s.fault));
    auto &tcp = *reinterpret_cast<net::Tcp *>(s.at);
    if (self.args.fixoff) fix_length(tcp, s.count);
    tcp.checksum = 0;
    tcp.checksum = net::checksum_with_pseudo_header(*s.ip, s.at, s.count);
    emit<0>(self, packet);
  }

 private:
  /// Makes the header no shorter than it can be, and no longer than the `count` bytes that there
  /// are.
  PMILL_INLINE static void fix_length(net::Tcp &tcp, std::uint32_t count) {
    const std::uint32_t most = std::min(count / 4, 15u);
    const std::uint32_t words =
        std::clamp<std::uint32_t>(tcp.header_bytes() / 4, net::Tcp::kBytes / 4, most);
    tcp.words_and_reserved = static_cast<std::uint8_t>(words << 4 | (tcp.words_and_reserved & 15u));
  }
};

}  // namespace pmill::elements
