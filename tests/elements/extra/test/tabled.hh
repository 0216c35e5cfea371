// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Adds up the numbers of a table for every packet.
/// @group test
/// @example FromDump(in.pcap) -> Tabled(table.bin) -> Discard;
struct Tabled {
  static constexpr Spec spec{};

  struct Args {
    Data table;  ///< Numbers of four bytes each, little-endian. @lowering file
  };

  struct State {
    Count sum;    ///< @read The sum of all numbers, once a packet.
    Count items;  ///< @read How many numbers there are, once a packet.
    Count odd;    ///< @read Packets for which the table was at no multiple of 64.
  };

  static void push(auto &self, auto &packet) {
    for (std::uint32_t item : self.args.table.template as<std::uint32_t>()) self.state.sum += item;
    self.state.items += self.args.table.template as<std::uint32_t>().size();
    if (reinterpret_cast<std::uintptr_t>(self.args.table.bytes) % 64 != 0) ++self.state.odd;
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
