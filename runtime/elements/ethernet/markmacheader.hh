// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <pmill/element.hh>

namespace pmill::elements {

/// Marks the MAC header, and with LENGTH the network header behind it.
///
/// Where the packet has no byte at the place of a header, that header is not marked.
/// @group ethernet
/// @example FromDump(in.pcap) -> MarkMACHeader(0, 14) -> IPPrint(ETHER true) -> Discard;
struct MarkMACHeader {
  static constexpr Spec spec{.ports = "1/1",
                             .processing = "a/a",
                             .writes = meta::mac | meta::network,
                             .passes = true,
                             .through = true};

  struct Args {
    std::uint32_t offset = 0;  ///< Where the MAC header begins. @positional
    std::uint32_t length = 0;  ///< Its number of bytes; 0: leave the network header. @positional
  };

  static void push(auto &self, auto &packet) {
    const std::uint64_t offset = self.args.offset;
    packet.set_mac(at(packet, offset));
    if (self.args.length != 0) packet.set_network(at(packet, offset + self.args.length));
    emit<0>(self, packet);
  }

  PMILL_INLINE static std::uint8_t *at(const auto &packet, std::uint64_t offset) {
    return offset < packet.length() ? packet.data() + offset : nullptr;
  }
};

}  // namespace pmill::elements
