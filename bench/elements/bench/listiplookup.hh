// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <pmill/element.hh>
#include <pmill/lpm/route.hh>
#include <vector>

namespace pmill::elements {

/// Routes packets like StaticIPLookup, but goes through the whole table for each of them: what the
/// benchmark of routing tables must find too slow.
/// @group bench
/// @example Strip(14) -> ListIPLookup(FILE routes.txt) -> Discard;
struct ListIPLookup {
  static constexpr Spec spec{
      .ports = "1/-", .processing = "h/h", .reads = meta::dst_ip, .writes = meta::dst_ip};

  struct Args {
    lpm::Routes routes;  ///< The table, a route an argument. @rest @lowering routes
  };

  struct State {
    Count no_route;  ///< @drop No route matches the destination.
  };

  struct Shared {
    explicit Shared(const auto &args) {
      const lpm::Routes &given = args.routes;
      given.each([&](const IPPrefix &prefix, std::size_t hop) {
        routes.push_back({prefix, given.hop(hop).gateway, given.hop(hop).output});
      });
    }
    std::vector<lpm::Route> routes;
  };

  static void push(auto &self, auto &packet) {
    const IPAddress destination(packet.get(meta::dst_ip));
    const lpm::Route *best = nullptr;
    for (const lpm::Route &route : self.shared.routes)
      if (route.prefix.contains(destination) &&
          (best == nullptr || route.prefix.length() >= best->prefix.length()))
        best = &route;
    if (best == nullptr || !emit(self, best->output, packet))
      drop(self, packet, self.state.no_route);
  }
};

}  // namespace pmill::elements
