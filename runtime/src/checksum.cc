// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/net/checksum.hh>

namespace pmill::net {

std::uint16_t checksum(const std::uint8_t *bytes, std::uint32_t count) {
  std::uint64_t sum = 0;
  for (; count >= 4; bytes += 4, count -= 4) {
    std::uint32_t word;
    std::memcpy(&word, bytes, sizeof word);
    sum += word;
  }
  std::uint32_t rest = 0;
  if (count != 0) std::memcpy(&rest, bytes, count);
  sum += rest;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void set_checksum(IPv4 &ip, std::uint32_t header_bytes) {
  ip.checksum = 0;
  ip.checksum = checksum(reinterpret_cast<const std::uint8_t *>(&ip), header_bytes);
}

}  // namespace pmill::net
