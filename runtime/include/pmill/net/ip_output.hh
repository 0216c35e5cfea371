// SPDX-License-Identifier: BSD-3-Clause
// Steps on the way out of an IP router that single elements and IPOutputCombo have in common.
#pragma once

#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/options.hh>
#include <pmill/packet.hh>

namespace pmill::net {

/// Whether the packet arrived in a frame to everybody or to a group.
PMILL_INLINE bool was_broadcast(const auto &packet) {
  return packet.type() == PacketType::broadcast || packet.type() == PacketType::multicast;
}

/// Says what DropBroadcasts says of the first packet it drops.
[[gnu::cold]] void report_broadcast();

/// Sets the source of a header of which `available` bytes are there; the checksum is computed
/// anew.
[[gnu::cold]] void set_source(IPv4 &ip, std::uint32_t available, IPAddress source);

/// Gives a packet that this router made the router's address, where it is marked so.
PMILL_INLINE void fix_source(auto &packet, IPAddress source) {
  if (packet.get(meta::fix_ip_src) == 0) [[likely]]
    return;
  if (IPv4 *ip = ipv4(packet); ip != nullptr) {
    packet.set(meta::fix_ip_src, std::uint8_t{0});
    set_source(*ip, bytes_from(packet, ip), source);
  }
}

}  // namespace pmill::net
