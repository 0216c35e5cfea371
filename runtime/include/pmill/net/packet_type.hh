// SPDX-License-Identifier: BSD-3-Clause
// Whom a frame was sent to.
#pragma once

#include <pmill/net/ether.hh>
#include <pmill/packet.hh>

namespace pmill::net {

/// Whether a frame was sent to an address. Two bytes behind that may be read, whatever they are.
PMILL_INLINE bool is_to(const Ether &frame, const EtherAddress &address) {
  std::uint64_t word;  // the destination, and those bytes, which are shifted out
  std::memcpy(&word, &frame, sizeof word);
  return (word ^ word_of(address)) << 16 == 0;
}

/// The type, for the host with an address, of a frame to a destination.
PMILL_INLINE PacketType type_of(const Ether &frame, const EtherAddress &host) {
  if (is_to(frame, host)) [[likely]]
    return PacketType::host;
  if (!is_group(frame.destination)) return PacketType::other_host;
  return is_to(frame, kEtherBroadcast) ? PacketType::broadcast : PacketType::multicast;
}

}  // namespace pmill::net
