// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/net/checksum.hh>

namespace pmill::net {
namespace {

/// The up to seven bytes at `at`, as the low ones of a word.
std::uint64_t load_few(const std::uint8_t *at, std::uint32_t count) {
  std::uint64_t word = 0;
  for (std::uint32_t i = 0; i < count; ++i) word |= std::uint64_t{at[i]} << 8 * i;
  return word;
}

/// The sum of `count` bytes and of `sum`, below 2^56, folded but not inverted.
std::uint16_t add_up(const std::uint8_t *bytes, std::uint32_t count, std::uint64_t sum) {
  std::uint64_t total = count >= 8 ? long_sum(bytes, count, sum) : sum + load_few(bytes, count);
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
  return static_cast<std::uint16_t>(~add_up(bytes, count, pseudo_header_sum(ip, count)));
}

void set_checksum(IPv4 &ip, std::uint32_t header_bytes) {
  ip.checksum = 0;
  ip.checksum = checksum(reinterpret_cast<const std::uint8_t *>(&ip), header_bytes);
}

}  // namespace pmill::net
