// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum (RFC 1071). Sums are taken over half-words as they lie in memory: the
// result is then right in memory too, whatever the order of the host's bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/net/ip.hh>

namespace pmill::net {

/// The checksum of `count` bytes; 0 when they contain a correct one.
std::uint16_t checksum(const std::uint8_t *bytes, std::uint32_t count);

/// Whether the checksum of an IPv4 header without options is right; `header` is not all zero.
PMILL_INLINE bool plain_header_is_intact(const std::uint8_t *header) {
  std::uint64_t first, second;
  std::uint32_t third;
  std::memcpy(&first, header, 8);
  std::memcpy(&second, header + 8, 8);
  std::memcpy(&third, header + 16, 4);
  // One's complement addition of 64-bit words, then of what is left: a multiple of 0xffff is the
  // half-word sum 0xffff. The division is one multiplication; no branch, no folding.
  unsigned long long sum, carry;
  sum = __builtin_addcll(first, second, 0, &carry);
  sum = __builtin_addcll(sum, third, carry, &carry);
  return (sum + carry) % 0xffff == 0;
}

/// The checksum of `count` bytes behind an IPv4 header and of the pseudo header that TCP and UDP
/// put in front of them (RFC 768, RFC 9293).
std::uint16_t checksum_with_pseudo_header(const IPv4 &ip, const std::uint8_t *bytes,
                                          std::uint32_t count);

/// What a checksum becomes when one half-word of what it is of changes (RFC 1624). Half-words are
/// as they lie in memory, and afterwards they are not all zero.
constexpr std::uint16_t patched_checksum(std::uint16_t checksum, std::uint16_t from,
                                         std::uint16_t to) {
  std::uint32_t sum = (checksum ^ 0xffffu) + (from ^ 0xffffu) + to;
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

/// Computes the checksum of an IPv4 header of `header_bytes` bytes anew.
void set_checksum(IPv4 &ip, std::uint32_t header_bytes);

}  // namespace pmill::net
