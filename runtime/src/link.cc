// SPDX-License-Identifier: BSD-3-Clause
#include <cstring>
#include <pmill/net/ether.hh>
#include <pmill/net/link.hh>

namespace pmill::net {
namespace {

/// The two bytes at `p` in host order.
std::uint16_t word(const std::uint8_t *p) { return static_cast<std::uint16_t>(p[0] << 8 | p[1]); }
/// Bytes up to the IPv4 packet after an EtherType at `at`, which VLAN tags may precede; 0: none.
std::uint32_t after_type(const std::uint8_t *p, std::uint32_t length, std::uint32_t at) {
  for (; at + 2 <= length; at += 4) {
    const std::uint16_t type = word(p + at);
    if (type == kEtherTypeIP) return at + 2;
    if (type != kEtherTypeVLAN && type != kEtherTypeQinQ) return 0;
  }
  return 0;
}
/// The same after an 802.2 header with SNAP.
std::uint32_t after_snap(const std::uint8_t *p, std::uint32_t length, std::uint32_t at) {
  static constexpr std::uint8_t snap[] = {0xaa, 0xaa, 3, 0, 0, 0};
  if (at + 8 > length || std::memcmp(p + at, snap, sizeof snap) != 0) return 0;
  return after_type(p, length, at + 6);
}
std::uint32_t after_ether(const std::uint8_t *p, std::uint32_t length) {
  if (length < 14) return 0;
  return word(p + 12) < 0x600 ? after_snap(p, length, 14) : after_type(p, length, 12);
}
/// PPP; the address and control bytes, ff 03, may be left out.
std::uint32_t after_ppp(const std::uint8_t *p, std::uint32_t length) {
  const std::uint32_t at = length >= 2 && p[0] == 0xff && p[1] == 3 ? 2 : 0;
  if (length > at && p[at] == 0x21) return at + 1;
  return length >= at + 2 && word(p + at) == 0x0021 ? at + 2 : 0;
}
/// 802.11: data frames; four addresses and QoS make the header longer.
std::uint32_t after_wifi(const std::uint8_t *p, std::uint32_t length) {
  if (length < 24 || (p[0] & 0x0c) != 0x08 || (p[1] & 0x40) != 0) return 0;
  const std::uint32_t header = 24 + ((p[1] & 3) == 3 ? 6 : 0) + ((p[0] & 0x80) != 0 ? 2 : 0);
  return after_snap(p, length, header);
}
/// A family number of four bytes, of either byte order.
std::uint32_t after_family(const std::uint8_t *p, std::uint32_t length) {
  return length >= 4 && (p[0] == 2 || p[3] == 2) ? 4 : 0;
}

}  // namespace

std::string link_name(std::uint32_t link) {
  switch (link) {
    case 0:
      return "NULL";
    case 1:
      return "ETHER";
    case 9:
      return "PPP";
    case 10:
      return "FDDI";
    case 12:
    case 14:
    case 101:
    case 228:
      return "IP";
    case 50:
      return "PPP_HDLC";
    case 100:
      return "ATM_RFC1483";
    case 104:
      return "C_HDLC";
    case 105:
      return "802_11";
    case 108:
      return "LOOP";
    case 113:
      return "SLL";
    case 119:
      return "PRISM";
    case 120:
      return "AIRONET";
    case 123:
      return "SUNATM";
    case 127:
      return "802_11_RADIO";
    default:
      return std::to_string(link);
  }
}

std::uint8_t *find_ipv4(std::uint8_t *p, std::uint32_t length, std::uint32_t link) {
  std::uint32_t at = 0;
  switch (link) {
    case 12:
    case 14:
    case 101:
    case 228:
      break;
    case 0:
    case 108:
      at = after_family(p, length);
      break;
    case 9:
    case 50:
      at = after_ppp(p, length);
      break;
    case 10:
      at = after_snap(p, length, 13);
      break;
    case 100:
      at = after_snap(p, length, 0);
      break;
    case 104:
      at = after_type(p, length, 2);
      break;
    case 105:
      at = after_wifi(p, length);
      break;
    case 113:
      at = after_type(p, length, 14);
      break;
    default:
      at = after_ether(p, length);
      break;
  }
  const bool raw = link == 12 || link == 14 || link == 101 || link == 228;
  if ((at == 0 && !raw) || length < at + 20 || p[at] >> 4 != 4) return nullptr;
  const std::uint32_t header = (p[at] & 15) * 4u;
  return header >= 20 && at + header <= length ? p + at : nullptr;
}

}  // namespace pmill::net
