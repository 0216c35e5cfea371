// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/transport_check.hh>

namespace pmill::elements {

/// Checks TCP headers.
///
/// Checks that the packet is TCP and whole, that the length of its TCP header is possible, and,
/// with CHECKSUM, the checksum of header, payload and pseudo header. Of a fragment the checksum
/// cannot be checked: with CHECKSUM all fragments are bad, without it those that have no TCP
/// header.
///
/// A bad packet leaves on output 1 when that is connected and is dropped otherwise; the first one,
/// or each with VERBOSE, is reported on standard error. The network header must be marked.
/// @group ip
/// @example Strip(14) -> CheckIPHeader -> c :: IPClassifier(tcp, -); c[0] -> CheckTCPHeader -> Discard; c[1] -> Discard;
struct CheckTCPHeader {
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
    Count bad_protocol;  ///< @drop(1) No marked IPv4 header, or its protocol is not TCP.
    Count bad_length;    ///< @drop(1) The packet is too short, or does not end where it says.
    Count fragment;      ///< @drop(1) A fragment, which has not all that is to be checked.
    Count bad_checksum;  ///< @drop(1) The TCP checksum is wrong.
  };

  struct Handlers {
    Read drop_details;  ///< The number of bad packets by reason.
  };

  static void push(auto &self, auto &packet) {
    const auto fault = net::find_transport_fault<net::kTcp>(packet, self.args.checksum);
    if (fault != net::TransportFault::none) [[unlikely]]
      return reject<1>(self, packet,
                       net::note_fault(self.state, "TCP", fault, self.name, self.args.verbose));
    ++self.state.count;
    emit<0>(self, packet);
  }

  static Tally read_drop_details(auto &self, std::string_view) {
    return net::fault_details(self.state, "TCP");
  }
};

}  // namespace pmill::elements
