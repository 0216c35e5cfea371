// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/route.hh>

namespace pmill::elements {

/// Routes packets by their destination annotation: the longest matching prefix counts.
///
/// Each argument is `PREFIX [GATEWAY] OUTPUT`; a gateway of 0.0.0.0 or `-` is none. A packet leaves
/// on the OUTPUT of its route; where the route has a gateway, the destination annotation becomes
/// the gateway. Packets without a route are dropped, the first five reported on standard error.
/// The table may be empty; larger ones than 16 routes use DPDK's longest-prefix match.
/// @group ip
/// @example CheckIPHeader -> r :: LookupIPRouteMP(10.0.0.0/8 0, 0.0.0.0/0 10.0.0.1 1) -> Discard; r[1] -> Discard;
struct LookupIPRouteMP {
  static constexpr Spec spec{.ports = "1/-",
                             .processing = "h/h",
                             .reads = meta::dst_ip,
                             .expects = meta::dst_ip,
                             .writes = meta::dst_ip};

  struct Args {
    List<net::Route> routes;  ///< The table: `PREFIX [GATEWAY] OUTPUT`. @rest @lowering routes_mp
  };

  struct State {
    Count no_route;  ///< @drop No route matches the destination.
  };

  using Shared = net::RouteTable;

  static void configure(const auto &args, auto &setup) {
    setup.memory(net::RouteTable::memory(args.routes));
  }

  static void push(auto &self, auto &packet) { net::route(self, packet, "LookupIPRouteMP"); }
};

}  // namespace pmill::elements
