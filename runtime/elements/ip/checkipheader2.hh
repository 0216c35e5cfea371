// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/ip_check.hh>

#include "checkipheader.hh"

namespace pmill::elements {

/// Checks IPv4 headers, but for their checksum, and marks them.
///
/// It is CheckIPHeader with another default: the checksum is looked at only with CHECKSUM true,
/// whatever dialect of Click a configuration is in.
/// @group ip
/// @example FromDPDKDevice(0) -> Strip(14) -> CheckIPHeader2(INTERFACES 10.0.0.1/24) -> Discard;
struct CheckIPHeader2 {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .writes = meta::network | meta::transport | meta::dst_ip,
                             .cold = outputs(1),
                             .resizes = true,
                             .passes = true,
                             .edits = part::end,
                             .checks = true};

  struct Args {
    List<IPPrefix> interfaces = {};  ///< The router's addresses with their networks. @bare @refuses
    List<IPAddress> badsrc = {};     ///< Packets from these addresses are bad. @refuses
    List<IPAddress> gooddst =
        {};                    ///< Packets to these addresses may come from bad sources. @refuses
    std::uint32_t offset = 0;  ///< Where the header begins. @positional @header
    bool verbose = false;      ///< Report every bad packet.
    bool details = false;      ///< Click's switch for counts by reason; they are always kept.
    bool checksum = false;     ///< Whether to check the checksum. @verifies
  };

  struct State {
    Count count;              ///< @read Good packets.
    Count drops;              ///< @read Bad packets, for whatever reason.
    Count tiny_packet;        ///< @drop(1) The packet is too short for a header.
    Count bad_version;        ///< @drop(1) The IP version is not 4.
    Count bad_header_length;  ///< @drop(1) The header says it is shorter than 20 bytes.
    Count bad_length;         ///< @drop(1) The IP length is wrong, or longer than the packet.
    Count bad_checksum;       ///< @drop(1) The header checksum is wrong.
    Count bad_source;         ///< @drop(1) The source address is no sender's.
  };

  struct Handlers {
    Read drop_details;  ///< The number of bad packets by reason.
  };

  static void push(auto &self, auto &packet) { CheckIPHeader::push(self, packet); }

  static Tally read_drop_details(auto &self, std::string_view) {
    return net::fault_details(self.state);
  }
};

}  // namespace pmill::elements
