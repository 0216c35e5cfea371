// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Sends packets to the output of their type: host, broadcast, multicast, other_host, outgoing.
///
/// No other element tells all of them apart.
/// @group test
/// @example HostEtherFilter(02:00:00:00:00:01) -> t :: TypeSwitch; t[0] -> Discard; t[1] -> Discard;
struct TypeSwitch {
  static constexpr Spec spec{.ports = "1/-", .processing = "h", .reads = meta::type};

  struct State {
    Count drops;  ///< @drop The type has no output.
  };

  static void push(auto &self, auto &packet) {
    if (!emit(self, static_cast<std::size_t>(packet.type()), packet))
      drop(self, packet, self.state.drops);
  }
};

}  // namespace pmill::elements
