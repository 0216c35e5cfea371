// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/ip_check.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Checks IPv4 headers and marks them.
///
/// Looks for a header at OFFSET and checks its version, its length, the packet's length, the
/// checksum (with CHECKSUM) and the source address. A good packet is cut to the length its header
/// says, its network and transport headers are marked, and its destination annotation is set. A
/// bad one leaves on output 1 when that is connected and is dropped otherwise; the first one, or
/// each with VERBOSE, is reported on standard error.
///
/// INTERFACES are the router's own addresses with their networks: their broadcast addresses,
/// 0.0.0.0 and 255.255.255.255 become bad sources, and the addresses good destinations.
/// @group ip
/// @example FromDPDKDevice(0) -> Strip(14) -> CheckIPHeader(INTERFACES 10.0.0.1/24, CHECKSUM true) -> Discard;
struct CheckIPHeader {
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
    bool checksum = false;     ///< Whether to check the checksum. @default click true @verifies
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

  static void push(auto &self, auto &packet) {
    if constexpr (kHolds<decltype(self)>) {
      ++self.state.count;
      emit<0>(self, packet);
    } else {
      check(self, packet);
    }
  }

  static Tally read_drop_details(auto &self, std::string_view) {
    return net::fault_details(self.state);
  }

 private:
  PMILL_INLINE static void check(auto &self, auto &packet) {
    const std::uint32_t offset = self.args.offset;
    const std::uint32_t available = packet.length() >= offset ? packet.length() - offset : 0;
    auto *header = packet.data() + offset;
    const auto plain = net::check_plain(packet, offset, available, self.args.checksum, self.args);
    if (!plain.good) [[unlikely]]
      return check_any<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    ++self.state.count;
    net::accept(packet, header, available, net::IPv4::kBytes, plain.length);
    emit<0>(self, packet);
  }

  /// Headers with options, and headers that are wrong.
  template <typename S, typename P>
  PMILL_COLD static void check_any(S self, P packet) {
    const std::uint32_t offset = self.args.offset;
    const std::uint32_t available = packet.length() >= offset ? packet.length() - offset : 0;
    auto *header = packet.data() + offset;
    const auto fault = net::find_fault(header, available, self.args.checksum, self.args);
    if (fault != net::HeaderFault::none)
      return reject<1>(self, packet,
                       net::note_fault(self.state, fault, self.name, self.args.verbose));
    ++self.state.count;
    const net::IPv4 &ip = *net::ipv4(header);
    net::accept(packet, header, available, ip.header_bytes(), ip.total_bytes());
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
