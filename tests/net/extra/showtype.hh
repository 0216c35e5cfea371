// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Writes the packet's type into its last byte.
/// @group test
/// @example FromDevice(eth0) -> ShowType -> Discard;
struct ShowType {
  static constexpr Spec spec{.reads = meta::type};

  static void push(auto &self, auto &packet) {
    packet.end()[-1] = static_cast<std::uint8_t>(packet.type());
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
