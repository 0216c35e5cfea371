// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <pmill/element.hh>
#include <pmill/net/ip_output.hh>

namespace pmill::elements {

/// Refuses packets that arrived as link-level broadcasts or multicasts.
///
/// They leave on output 1 when that is connected and are dropped otherwise. The first one is
/// reported on standard error.
/// @group ip
/// @example CheckIPHeader -> DropBroadcasts -> DecIPTTL -> Discard;
struct DropBroadcasts {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "a/ah",
                             .reads = meta::type,
                             .cold = outputs(1),
                             .passes = true};

  struct State {
    Count drops;  ///< @drop(1) The frame was a link-level broadcast or multicast.
  };

  static void push(auto &self, auto &packet) {
    if (net::was_broadcast(packet)) [[unlikely]] {
      if (self.state.drops.value == 0) net::report_broadcast();
      return reject<1>(self, packet, self.state.drops);
    }
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
