// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum (RFC 1071). Sums are taken over half-words as they lie in memory: the
// result is then right in memory too, whatever the order of the host's bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/net/ip.hh>

namespace pmill::net {

/// The one's complement sum of `sum` and of the `count` bytes at `bytes`, 8 or more. It is of 64
/// bits: 2^64 - 1 is a multiple of 0xffff, so words may be as long when what is carried out is
/// added at the low end. Modulo 0xffff, it is the sum of half-words.
PMILL_INLINE std::uint64_t long_sum(const std::uint8_t *bytes, std::uint32_t count,
                                    std::uint64_t sum) {
  const auto word = [](const std::uint8_t *at) __attribute__((always_inline)) {
    std::uint64_t value;
    std::memcpy(&value, at, sizeof value);
    return value;
  };
  const std::uint8_t *const end = bytes + count;
  unsigned long long total = sum, carry = 0;
#pragma clang loop unroll(disable)
  for (std::uint32_t left = count / 32; left != 0; --left, bytes += 32) {
    // One chain, which the compiler makes one instruction a word of.
    total = __builtin_addcll(total, word(bytes), 0, &carry);
    total = __builtin_addcll(total, word(bytes + 8), carry, &carry);
    total = __builtin_addcll(total, word(bytes + 16), carry, &carry);
    total = __builtin_addcll(total, word(bytes + 24), carry, &carry);
    total += carry;  // what wrapped around is below 2^64 - 1: this does not
  }
#pragma clang loop unroll(disable)
  for (std::uint32_t left = count % 32 / 8; left != 0; --left, bytes += 8) {
    total = __builtin_addcll(total, word(bytes), 0, &carry);
    total += carry;
  }
  if (const std::uint32_t rest = count % 8; rest != 0) {
    // Of the last eight bytes those that were not added yet.
    total = __builtin_addcll(total, word(end - 8) >> 8 * (8 - rest), 0, &carry);
    total += carry;
  }
  return total;
}

/// What a pseudo header (RFC 768, RFC 9293) adds to the sum of the `count` bytes behind it.
PMILL_INLINE std::uint64_t pseudo_header_sum(const IPv4 &ip, std::uint32_t count) {
  return std::uint64_t{ip.source_address} + ip.destination_address + net16(ip.protocol) +
         net16(static_cast<std::uint16_t>(count));
}

/// The checksum of `count` bytes; 0 when they contain a correct one.
std::uint16_t checksum(const std::uint8_t *bytes, std::uint32_t count);

/// Loads a word such that the optimiser does not know that the bytes at `at` are in it. It prefers
/// to cut what is read later out of a word that is there, and forgets what it knew of the bytes.
PMILL_INLINE std::uint64_t load_apart(const std::uint8_t *at) {
  std::uint64_t value;
#ifdef __x86_64__
  asm("mov %1, %0" : "=r"(value) : "m"(*reinterpret_cast<const std::uint8_t(*)[8]>(at)));
#else
  std::memcpy(&value, at, sizeof value);
#endif
  return value;
}

/// Whether the checksum of an IPv4 header without options is right; `header` is not all zero.
PMILL_INLINE bool plain_header_is_intact(const std::uint8_t *header) {
  // Version, length and place of a fragment are looked at by whoever comes next.
  const std::uint64_t first = load_apart(header);
  std::uint64_t second;
  std::uint32_t third;
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
