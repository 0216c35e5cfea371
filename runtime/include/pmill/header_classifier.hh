// SPDX-License-Identifier: BSD-3-Clause
// Decision programs over a packet's headers: offsets count from the MAC header, those from 256 on
// from the network header and those from 512 on from the transport header.
//
// pmill/elaborate/lowerings/ipfilter.py and ipclassifier.py make the programs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/classifier.hh>
#include <pmill/poison.hh>

namespace pmill::classifier {

/// Where a marked header begins, or the packet's end when there is none. A header that was stripped
/// off still lies in the buffer, in front of the data, and counts.
PMILL_INLINE const std::uint8_t *header_or_end(const auto &packet, const std::uint8_t *header) {
  const auto distance =
      reinterpret_cast<std::uintptr_t>(header) - reinterpret_cast<std::uintptr_t>(packet.data());
  if (distance <= packet.length()) [[likely]]
    return header;
  const std::uint8_t *first = packet.data() - packet.headroom();
  return header >= first && header < packet.data() ? header : packet.end();
}

/// Runs the program of an element's arguments on a packet's headers; returns the output of the
/// packet, which is no output at all when the program gives it none.
PMILL_INLINE std::size_t classify_headers(auto &self, const auto &packet) {
  const Bytes<3> bytes{
      .start = {header_or_end(packet, packet.mac()), header_or_end(packet, packet.network()),
                header_or_end(packet, packet.transport())},
      .end = packet.end()};
  if constexpr (poison::enabled) {
    const std::uint8_t *first =
        std::min<const std::uint8_t *>(std::ranges::min(bytes.start), packet.data());
    const auto stripped = static_cast<std::size_t>(packet.data() - first);
    poison::open(first, stripped);
    const std::size_t output = classify(self, bytes);
    poison::close(first, stripped);
    return output;
  } else {
    return classify(self, bytes);
  }
}

}  // namespace pmill::classifier
