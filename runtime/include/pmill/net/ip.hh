// SPDX-License-Identifier: BSD-3-Clause
// The IPv4 header (RFC 791), read in place. Fields keep network order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/values.hh>

namespace pmill::net {

/// Protocol numbers.
inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;

/// An IPv4 header without options; it may lie at any address.
struct [[gnu::packed]] IPv4 {
  static constexpr std::uint32_t kBytes = 20;
  static constexpr std::uint32_t kMaxBytes = 65535;  // of a whole packet
  static constexpr std::uint16_t kDontFragment = 0x4000;
  static constexpr std::uint16_t kMoreFragments = 0x2000;
  static constexpr std::uint16_t kOffsetMask = 0x1fff;  // in units of eight bytes

  Octet version_and_words;
  Octet tos;
  std::uint16_t total_length;
  std::uint16_t id;
  std::uint16_t fragment;  // flags and offset
  Octet ttl;
  Octet protocol;
  std::uint16_t checksum;
  std::uint32_t source_address;
  std::uint32_t destination_address;

  unsigned version() const { return version_and_words >> 4; }
  /// Length of the header with its options, as it says itself: 0 to 60.
  std::uint32_t header_bytes() const { return (version_and_words & 15u) * 4; }
  /// Length of the whole packet, as it says itself.
  std::uint32_t total_bytes() const { return net16(total_length); }
  IPAddress source() const { return IPAddress(source_address); }
  IPAddress destination() const { return IPAddress(destination_address); }
  bool dont_fragment() const { return (net16(fragment) & kDontFragment) != 0; }
  bool more_fragments() const { return (net16(fragment) & kMoreFragments) != 0; }
  /// Where the payload lies in that of the unfragmented packet, in bytes.
  std::uint32_t fragment_offset() const { return (net16(fragment) & kOffsetMask) * 8u; }
  bool is_fragment() const { return (net16(fragment) & (kMoreFragments | kOffsetMask)) != 0; }
};
static_assert(sizeof(IPv4) == IPv4::kBytes && alignof(IPv4) == 1);

/// The bytes at `at` as an IPv4 header; the caller knows that there are 20 of them.
PMILL_INLINE IPv4 *ipv4(std::uint8_t *at) { return reinterpret_cast<IPv4 *>(at); }
PMILL_INLINE const IPv4 *ipv4(const std::uint8_t *at) { return reinterpret_cast<const IPv4 *>(at); }

/// The packet's marked IPv4 header, or nullptr when none is marked or its first 20 bytes do not
/// lie in the packet.
template <typename P>
  requires requires(const P &p) { p.network(); }
PMILL_INLINE IPv4 *ipv4(const P &packet) {
  // An unmarked header (nullptr) gives an enormous distance, and so does one that was stripped.
  const auto distance = reinterpret_cast<std::uintptr_t>(packet.network()) -
                        reinterpret_cast<std::uintptr_t>(packet.data());
  if (distance > packet.length() || distance + IPv4::kBytes > packet.length()) [[unlikely]]
    return nullptr;
  return ipv4(packet.network());
}

/// Number of the packet's bytes from `header`, which lies in the packet, to its end.
PMILL_INLINE std::uint32_t bytes_from(const auto &packet, const void *header) {
  return static_cast<std::uint32_t>(packet.end() - static_cast<const std::uint8_t *>(header));
}

/// The first byte of a header of version 4 without options: the usual one.
inline constexpr std::uint8_t kPlainHeader = 0x45;

/// Whether the header says that it has no options.
PMILL_INLINE bool is_plain(const IPv4 &ip) { return ip.header_bytes() == IPv4::kBytes; }

/// The same of a packet's marked header. Who marked it has looked: where the transport header is
/// known to follow at once, nothing is read.
template <typename P>
PMILL_INLINE bool has_no_options(const P &packet) {
  return packet.transport() == packet.network() + IPv4::kBytes || is_plain(*ipv4(packet.network()));
}

/// Whether the header, options included, has a legal length and lies in `available` bytes, of
/// which there are at least 20.
PMILL_INLINE bool is_whole(const IPv4 &ip, std::uint32_t available) {
  return is_plain(ip) || (ip.header_bytes() >= IPv4::kBytes && ip.header_bytes() <= available);
}

/// Whether an address can be that of a host: network 0, loopback, multicast and reserved addresses
/// are none (RFC 1812 5.3.7).
constexpr bool is_host(IPAddress a) {
  const unsigned network = a.value & 0xff;
  return network != 0 && network != 127 && network < 224;
}

/// Decrements the TTL, which is not 0, and patches the checksum (RFC 1624).
PMILL_INLINE void decrement_ttl(IPv4 &ip) {
  // The TTL is the high byte of its half-word: one less there is 0x0100 more in the checksum, in
  // one's complement, where 0xffff is no result: it is 0. As a little-endian host loads TTL,
  // protocol and checksum, the checksum is the high half of a word and all of it one sum.
  std::uint32_t word;
  std::memcpy(&word, &ip.ttl, sizeof word);
  if (word >= 0xfffe0000) [[unlikely]]
    word += 0x10000;
  word += 0x10000 - 1;
  std::memcpy(&ip.ttl, &word, sizeof word);
}

}  // namespace pmill::net
