// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/transport_check.hh>

namespace pmill::elements {

/// Checks UDP headers.
///
/// Checks that the packet is UDP and whole, that the length in its UDP header is possible, and,
/// with CHECKSUM, the checksum of header, payload and pseudo header unless it is 0, which stands
/// for no checksum. Of a fragment neither can be checked: all are bad.
///
/// A bad packet leaves on output 1 when that is connected and is dropped otherwise; the first one,
/// or each with VERBOSE, is reported on standard error. The network header must be marked.
/// @group ip
/// @example Strip(14) -> CheckIPHeader -> c :: IPClassifier(udp, -); c[0] -> CheckUDPHeader -> Discard; c[1] -> Discard;
struct CheckUDPHeader {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .reads = meta::network | meta::transport,
                             .expects = meta::network,
                             .cold = outputs(1),
                             .passes = true};

  struct Args {
    bool verbose = false;  ///< Report every bad packet.
    bool details = false;  ///< Click's switch for counts by reason; they are always kept.
    bool checksum = true;  ///< Whether to check the checksum.
  };

  struct State {
    Count count;         ///< @read Good packets.
    Count drops;         ///< @read Bad packets, for whatever reason.
    Count bad_protocol;  ///< @drop(1) No marked IPv4 header, or its protocol is not UDP.
    Count bad_length;    ///< @drop(1) The packet is too short, or does not end where it says.
    Count fragment;      ///< @drop(1) A fragment, which has not all that is to be checked.
    Count bad_checksum;  ///< @drop(1) The UDP checksum is wrong.
  };

  struct Handlers {
    Read drop_details;  ///< The number of bad packets by reason.
  };

  static void push(auto &self, auto &packet) {
    const auto fault = net::find_transport_fault<net::kUdp>(packet, self.args.checksum);
    if (fault != net::TransportFault::none) [[unlikely]]
      return reject<1>(self, packet,
                       net::note_fault(self.state, "UDP", fault, self.name, self.args.verbose));
    ++self.state.count;
    emit<0>(self, packet);
  }

  static Tally read_drop_details(auto &self, std::string_view) {
    return net::fault_details(self.state, "UDP");
  }
};

}  // namespace pmill::elements
