// SPDX-License-Identifier: BSD-3-Clause
// Whom a frame was sent to.
#pragma once

#include <pmill/net/ether.hh>
#include <pmill/packet.hh>

namespace pmill::net {

/// The type, for the host with an address, of a frame to a destination.
PMILL_INLINE PacketType type_of(const Ether &frame, const EtherAddress &host) {
  std::uint64_t word;  // the destination, and two bytes that are shifted out
  std::memcpy(&word, &frame, sizeof word);
  const auto is = [&](const EtherAddress &address) __attribute__((always_inline)) {
    return (word ^ word_of(address)) << 16 == 0;
  };
  if (is(host)) [[likely]]
    return PacketType::host;
  if (!is_group(frame.destination)) return PacketType::other_host;
  return is(kEtherBroadcast) ? PacketType::broadcast : PacketType::multicast;
}

}  // namespace pmill::net
