// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/net/checksum.hh>

namespace pmill::net {
namespace {

std::uint64_t load64(const std::uint8_t *at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// The up to seven bytes at `at`, as the low ones of a word.
std::uint64_t load_few(const std::uint8_t *at, std::uint32_t count) {
  std::uint64_t word = 0;
  for (std::uint32_t i = 0; i < count; ++i) word |= std::uint64_t{at[i]} << 8 * i;
  return word;
}

/// The one's complement sum of `count` bytes and of `sum`, folded but not inverted. 2^64 - 1 is a
/// multiple of 0xffff: words may be of 64 bits when what is carried out is added at the low end.
std::uint16_t add_up(const std::uint8_t *bytes, std::uint32_t count, std::uint64_t sum) {
  const std::uint8_t *const end = bytes + count;
  unsigned long long total = sum, carry = 0;
  for (std::uint32_t left = count / 32; left != 0; --left, bytes += 32) {
    // One chain, which the compiler makes one instruction a word of.
    total = __builtin_addcll(total, load64(bytes), 0, &carry);
    total = __builtin_addcll(total, load64(bytes + 8), carry, &carry);
    total = __builtin_addcll(total, load64(bytes + 16), carry, &carry);
    total = __builtin_addcll(total, load64(bytes + 24), carry, &carry);
    total += carry;  // what wrapped around is below 2^64 - 1: this does not
  }
#pragma clang loop unroll(disable)
  for (std::uint32_t left = count % 32 / 8; left != 0; --left, bytes += 8) {
    total = __builtin_addcll(total, load64(bytes), 0, &carry);
    total += carry;
  }
  if (const std::uint32_t rest = count % 8; rest != 0) {
    // Of the last eight bytes those that were not added yet, in one load where there are eight.
    const std::uint64_t last =
        count >= 8 ? load64(end - 8) >> 8 * (8 - rest) : load_few(bytes, rest);
    total = __builtin_addcll(total, last, 0, &carry);
    total += carry;
  }
  total = (total & 0xffffffff) + (total >> 32);
  total = (total & 0xffff) + (total >> 16 & 0xffff) + (total >> 32);
  total = (total & 0xffff) + (total >> 16);
  return static_cast<std::uint16_t>((total & 0xffff) + (total >> 16));
}

}  // namespace

std::uint16_t checksum(const std::uint8_t *bytes, std::uint32_t count) {
  return static_cast<std::uint16_t>(~add_up(bytes, count, 0));
}

std::uint16_t checksum_with_pseudo_header(const IPv4 &ip, const std::uint8_t *bytes,
                                          std::uint32_t count) {
  std::uint64_t sum = net16(ip.protocol);
  sum += net16(static_cast<std::uint16_t>(count));
  sum += ip.source_address;
  sum += ip.destination_address;
  return static_cast<std::uint16_t>(~add_up(bytes, count, sum));
}

void set_checksum(IPv4 &ip, std::uint32_t header_bytes) {
  ip.checksum = 0;
  ip.checksum = checksum(reinterpret_cast<const std::uint8_t *>(&ip), header_bytes);
}

}  // namespace pmill::net
