// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <cstring>
#include <pmill/element.hh>

namespace pmill::elements {

/// Gives every packet another destination, in its IPv4 header and in its annotation: the addresses
/// of a list in turn, or with RANDOM any address.
/// @group bench
/// @example Strip(14) -> SetDestination(addresses.bin) -> StaticIPLookup(FILE routes.txt) -> Discard;
struct SetDestination {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a", .writes = meta::dst_ip};

  struct Args {
    Data list;            ///< Addresses of four bytes each, so many as a power of 2. @lowering file
    bool random = false;  ///< Whether addresses are random numbers, and the list is not used.
  };

  struct State {
    std::uint64_t at = 1;
  };

  static void push(auto &self, auto &packet) {
    std::uint32_t address = 0;
    if (self.args.random) {
      // Knuth's constants for a linear congruential generator modulo 2^64.
      self.state.at = self.state.at * 6364136223846793005u + 1442695040888963407u;
      address = static_cast<std::uint32_t>(self.state.at >> 32);
    } else {
      const auto list = self.args.list.template as<std::uint32_t>();
      address = list[self.state.at++ & (list.size() - 1)];
    }
    constexpr std::uint32_t kDestination = 16;
    if (packet.length() >= kDestination + sizeof address) [[likely]]
      std::memcpy(packet.data() + kDestination, &address, sizeof address);
    packet.set(meta::dst_ip, address);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
