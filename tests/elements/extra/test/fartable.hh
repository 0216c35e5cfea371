// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstring>
#include <pmill/element.hh>
#include <vector>

namespace pmill::elements {

/// Looks four bytes of a packet up in a table, in two steps.
///
/// What is found decides about the output, and is written over these bytes, with the number of the
/// packet: whoever sees the packets in another order sees other packets.
/// @group test
/// @example FromDump(in.pcap) -> FarTable(ENTRIES 16777216) -> Discard;
struct FarTable {
  static constexpr Spec spec{.ports = "1/1-", .processing = "h"};

  struct Args {
    std::uint32_t entries = 16;  ///< Numbers in the table. @range 1 4294967295 @footprint 4
    std::uint32_t claim = 0;     ///< Bytes that it claims to touch beside. @footprint 1
    std::uint32_t at = 26;       ///< Where the four bytes are.
    bool number = true;          ///< Write the number of the packet, too.
    std::uint32_t near = 0;      ///< If not 0, so many packets in turn find the table far and near.
  };

  struct State {
    Count count;      ///< @read Packets looked up.
    Count too_short;  ///< @drop Packets that have not these bytes.
  };

  struct Shared {
    explicit Shared(const auto &args) : table(args.entries) {
      std::uint32_t x = 1;
      for (std::uint32_t &entry : table) entry = x = x * 1664525 + 1013904223;
    }
    std::vector<std::uint32_t> table;
  };

  static void prepare(const auto &self, const auto &packet) {
    if (has_key(self, packet)) __builtin_prefetch(&entry(self, packet));
  }

  static bool is_far(const auto &self) {
    return self.args.near == 0 || self.state.count.value / self.args.near % 2 == 0;
  }

  static void push(auto &self, auto &packet) {
    if (!has_key(self, packet)) return drop(self, packet, self.state.too_short);
    const std::uint32_t found = entry(self, packet);
    const auto number = static_cast<std::uint32_t>(self.state.count.value);
    ++self.state.count;
    const std::uint32_t written =
        self.args.number ? (found & 0xffff0000) | (number & 0xffff) : found;
    std::memcpy(packet.data() + self.args.at, &written, 4);
    static_cast<void>(emit(self, (found >> 16) % SelfOf<decltype(self)>::output_count, packet));
  }

 private:
  static bool has_key(const auto &self, const auto &packet) {
    return packet.length() >= self.args.at + 4;
  }
  static const std::uint32_t &entry(const auto &self, const auto &packet) {
    std::uint32_t key = 0;
    std::memcpy(&key, packet.data() + self.args.at, 4);
    key *= 2654435761U;
    const std::uint64_t size = self.shared.table.size();
    return self.shared.table[key * size >> 32];
  }
};

}  // namespace pmill::elements
