// SPDX-License-Identifier: BSD-3-Clause
// Whom a frame was sent to.
#pragma once

#include <pmill/net/ether.hh>
#include <pmill/packet.hh>

namespace pmill::net {

/// The type, for the host with an address, of a frame to a destination.
PMILL_INLINE PacketType type_of(const EtherAddress &destination, const EtherAddress &host) {
  if (destination == host) return PacketType::host;
  if ((destination.octets[0] & 1) == 0) return PacketType::other_host;
  const bool everybody = destination == EtherAddress{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  return everybody ? PacketType::broadcast : PacketType::multicast;
}

}  // namespace pmill::net
