// SPDX-License-Identifier: BSD-3-Clause
// The UDP header (RFC 768), read in place. Fields keep network order.
#pragma once

#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip.hh>
#include <pmill/values.hh>

namespace pmill::net {

/// A UDP header; it may lie at any address.
struct [[gnu::packed]] Udp {
  static constexpr std::uint32_t kBytes = 8;

  std::uint16_t source_port;
  std::uint16_t destination_port;
  std::uint16_t length;  // of header and payload
  std::uint16_t checksum;
};
static_assert(sizeof(Udp) == Udp::kBytes && alignof(Udp) == 1);

/// The bytes at `at` as a UDP header; the caller knows that there are 8 of them.
PMILL_INLINE Udp *udp(std::uint8_t *at) { return reinterpret_cast<Udp *>(at); }

/// The checksum of a whole UDP packet whose checksum field is 0. Where it would be 0, which stands
/// for no checksum, it is the other zero of one's complement.
PMILL_INLINE std::uint16_t udp_checksum(const IPv4 &ip, const Udp &udp) {
  const std::uint16_t found = checksum_with_pseudo_header(
      ip, reinterpret_cast<const std::uint8_t *>(&udp), net16(udp.length));
  return found == 0 ? 0xffff : found;
}

}  // namespace pmill::net
