// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/net/checksum.hh>

namespace pmill::net {
namespace {

/// The sum of `count` bytes and of `sum`, folded but not inverted.
std::uint16_t add_up(const std::uint8_t *bytes, std::uint32_t count, std::uint64_t sum) {
  for (; count >= 4; bytes += 4, count -= 4) {
    std::uint32_t word;
    std::memcpy(&word, bytes, sizeof word);
    sum += word;
  }
  std::uint32_t rest = 0;
  if (count != 0) std::memcpy(&rest, bytes, count);
  sum += rest;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
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
