// SPDX-License-Identifier: BSD-3-Clause
// The hash of net_pmill against the values that Microsoft's specification of receive side scaling
// gives to verify an implementation with, and its symmetric key.
#include <rte_byteorder.h>

#include <cstdio>

#include "nic/frame.hh"

namespace {

struct Case {
  std::uint32_t source, destination;
  std::uint16_t source_port, destination_port;
  std::uint32_t addresses, all;  // hashes
};

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Case kCases[] = {
    {ip(66, 9, 149, 187), ip(161, 142, 100, 80), 2794, 1766, 0x323e8fc2, 0x51ccc178},
    {ip(199, 92, 111, 2), ip(65, 69, 140, 83), 14230, 4739, 0xd718262a, 0xc626b0ea},
    {ip(24, 19, 198, 95), ip(12, 22, 207, 184), 12898, 38024, 0xd2d0a5de, 0x5c2b394a},
    {ip(38, 27, 205, 30), ip(209, 142, 163, 6), 48228, 2217, 0x82989176, 0xafc7327f},
    {ip(153, 39, 163, 191), ip(202, 188, 127, 2), 44251, 1303, 0x5d1809c5, 0x10e828a2},
};

}  // namespace

int main() {
  int wrong = 0;
  const pmill::nic::HashKey key, symmetric = pmill::nic::HashKey::symmetric();
  for (const Case &c : kCases) {
    const auto ports = static_cast<std::uint32_t>(c.source_port) << 16 | c.destination_port;
    const auto back = static_cast<std::uint32_t>(c.destination_port) << 16 | c.source_port;
    const std::uint32_t words[] = {rte_cpu_to_be_32(c.source), rte_cpu_to_be_32(c.destination),
                                   rte_cpu_to_be_32(ports)};
    const std::uint32_t reverse[] = {rte_cpu_to_be_32(c.destination), rte_cpu_to_be_32(c.source),
                                     rte_cpu_to_be_32(back)};
    const bool good = key.hash({words, 2}) == c.addresses && key.hash(words) == c.all &&
                      symmetric.hash(words) == symmetric.hash(reverse) &&
                      key.hash(words) != key.hash(reverse);
    if (good) continue;
    std::fprintf(stderr, "%08x, not %08x; %08x, not %08x\n", key.hash({words, 2}), c.addresses,
                 key.hash(words), c.all);
    ++wrong;
  }
  return wrong;
}
