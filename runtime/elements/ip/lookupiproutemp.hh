// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/route.hh>

namespace pmill::elements {

/// Routes packets by their destination annotation: the longest matching prefix counts.
///
/// Each argument is `PREFIX [GATEWAY] OUTPUT`; a gateway of 0.0.0.0 or `-` is none. `FILE name`
/// stands for the routes of a file, a line each. A packet leaves on the OUTPUT of its route; where
/// the route has a gateway, the destination annotation becomes the gateway. Packets without a route
/// are dropped, the first five reported on standard error.
///
/// The table may be empty. For the rest, this is StaticIPLookup, in other words when something is
/// wrong.
/// @needs routes
/// @group ip
/// @example CheckIPHeader -> r :: LookupIPRouteMP(10.0.0.0/8 0, 0.0.0.0/0 10.0.0.1 1) -> Discard; r[1] -> Discard;
struct LookupIPRouteMP {
  static constexpr Spec spec{.ports = "1/-",
                             .processing = "h/h",
                             .reads = meta::dst_ip,
                             .expects = meta::dst_ip,
                             .writes = meta::dst_ip,
                             .passes = true};

  struct Args {
    lpm::Routes routes;  ///< The table, a route an argument. @rest @lowering routes_mp
  };

  struct State {
    Count no_route;  ///< @drop No route matches the destination.
  };

  struct Handlers {
    Read table;   ///< The routes by their addresses, a line each: prefix, gateway or `-`, output.
    Read lookup;  ///< With a parameter, an address: the output, and the gateway if there is one.
  };

  using Shared = lpm::RouteTable;

  static void prepare(const auto &self, const auto &packet)
    requires net::kRoutesAreFar<SelfOf<decltype(self)>>
  {
    net::prepare_route(self, packet);
  }
  static void push(auto &self, auto &packet) { net::route(self, packet, "LookupIPRouteMP"); }

  static std::string read_table(auto &self, std::string_view) { return self.shared.text(); }
  static std::string read_lookup(auto &self, std::string_view address) {
    return self.shared.lookup(address);
  }
};

}  // namespace pmill::elements
