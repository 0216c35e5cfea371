// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bit>
#include <cstdint>
#include <pmill/element.hh>

namespace pmill::elements {

/// Moves packets in their buffers, so that their data begins at an aligned address.
///
/// The address modulo MODULUS becomes OFFSET. Marked headers move along, and so do bytes that were
/// stripped: Unstrip still finds them. A packet that is aligned is left where it is.
/// @group basic
/// @example FromDPDKDevice(0) -> Strip(14) -> Align(4, 0) -> CheckIPHeader -> Discard;
struct Align {
  static constexpr Spec spec{
      .ports = "1/1", .processing = "a/a", .resizes = true, .passes = true, .edits = part::front};

  struct Args {
    std::uint32_t modulus;  ///< 2, 4 or 8. @range 2 8
    std::uint32_t offset;   ///< What the address leaves when it is divided. @range 0 7
  };

  struct State {
    Count moved;    ///< @read Packets that were not aligned.
    Count no_room;  ///< @drop The packet fills its buffer and cannot be moved.
  };

  static void configure(const auto &args, auto &setup) {
    if (!std::has_single_bit(args.modulus))
      setup.fail("MODULUS must be 2, 4 or 8", "Align(4, 0) is for IP headers");
    if (args.offset >= args.modulus)
      setup.fail("OFFSET must be less than MODULUS", "make OFFSET smaller or MODULUS larger");
  }

  static void push(auto &self, auto &packet) {
    const auto address = reinterpret_cast<std::uintptr_t>(packet.data());
    const auto back = static_cast<std::int32_t>((self.args.offset - address) % self.args.modulus);
    if (back != 0) {
      // Towards the end when possible: the room in front is needed for headers.
      const bool fits = packet.tailroom() >= static_cast<std::uint32_t>(back);
      const std::int32_t ahead = back - static_cast<std::int32_t>(self.args.modulus);
      if (!packet.shift(fits ? back : ahead)) [[unlikely]]
        return drop(self, packet, self.state.no_room);
      ++self.state.moved;
    }
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
