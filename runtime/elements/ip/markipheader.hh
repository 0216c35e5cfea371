// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/ip.hh>

namespace pmill::elements {

/// Marks the IPv4 header without checking it.
///
/// Where the packet has no byte at OFFSET, no header is marked.
/// @group ip
/// @example FromDump(in.pcap) -> MarkIPHeader(14) -> IPPrint -> Discard;
struct MarkIPHeader {
  static constexpr Spec spec{
      .writes = meta::network | meta::transport, .passes = true, .marks = true};

  struct Args {
    std::uint32_t offset = 0;  ///< Where the header begins. @positional @header
  };

  static void push(auto &self, auto &packet) {
    const std::uint32_t offset = self.args.offset;
    if (offset < packet.length()) [[likely]] {
      auto *header = packet.data() + offset;
      packet.set_network(header);
      packet.set_transport(header + net::ipv4(header)->header_bytes());
    } else {
      packet.set_network(nullptr);
      packet.set_transport(nullptr);
    }
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
