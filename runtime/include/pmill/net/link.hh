// SPDX-License-Identifier: BSD-3-Clause
// Where the IPv4 header lies in frames of the link types that captures have.
#pragma once

#include <cstdint>
#include <string>

namespace pmill::net {

/// The link type of Ethernet (LINKTYPE_ETHERNET).
inline constexpr std::uint32_t kLinkEthernet = 1;

/// Whether find_ipv4 knows frames of a link type (LINKTYPE_* of the pcap format).
constexpr bool knows_link(std::uint32_t link) {
  switch (link) {
    case 0:
    case 1:
    case 9:
    case 10:
    case 12:
    case 14:
    case 50:
    case 100:
    case 101:
    case 104:
    case 105:
    case 108:
    case 113:
    case 228:
      return true;
    default:
      return false;
  }
}

/// Click's name of a link type, its number when it has none: "ETHER", "IP", "250".
std::string link_name(std::uint32_t link);

/// Returns the IPv4 header in a frame: a whole one, with its options; nullptr when there is none.
std::uint8_t *find_ipv4(std::uint8_t *p, std::uint32_t length, std::uint32_t link);

}  // namespace pmill::net
