// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Removes what is in front of the marked transport header; all, when none is marked.
///
/// So tests see where it was marked.
/// @group test
/// @example FromDump(in.pcap) -> MarkIPHeader(14) -> StripToTransport -> ToDump(out.pcap);
struct StripToTransport {
  static constexpr Spec spec{.reads = meta::transport, .resizes = true};

  static void push(auto &self, auto &packet) {
    const std::uint8_t *header = packet.transport();
    packet.pull(header == nullptr ? packet.length()
                                  : static_cast<std::uint32_t>(header - packet.data()));
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
