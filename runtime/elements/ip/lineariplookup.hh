// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/route.hh>

namespace pmill::elements {

/// Routes packets by a table that can be changed: the longest matching prefix counts.
///
/// Each argument is `PREFIX [GATEWAY] OUTPUT`; a gateway of 0.0.0.0 or `-` is none. `FILE name`
/// stands for the routes of a file, a line each. A packet leaves on the OUTPUT of its route; where
/// the route has a gateway, the destination annotation becomes the gateway. Packets without a route
/// are dropped, the first five reported on standard error. Of two routes with the same prefix
/// the later one counts.
///
/// In Click this class keeps its table as a list. Here every class uses whichever structure suits
/// the table; they differ in their handlers alone.
///
/// A table whose handlers `add`, `set`, `remove` or `ctrl` somebody writes, or that is kept with
/// `--keep r.add`, can be changed while packets run through it.
/// @needs routes
/// @group ip
/// @example CheckIPHeader -> r :: LinearIPLookup(10.0.0.0/8 0, 0.0.0.0/0 10.0.0.1 1) -> Discard; r[1] -> Discard;
struct LinearIPLookup {
  static constexpr Spec spec{.ports = "1/-",
                             .processing = "h/h",
                             .reads = meta::dst_ip,
                             .expects = meta::dst_ip,
                             .writes = meta::dst_ip};

  struct Args {
    lpm::Routes routes;  ///< The table, a route an argument. @rest @lowering routes
  };

  struct State {
    Count no_route;  ///< @drop No route matches the destination.
  };

  struct Handlers {
    Read table;    ///< The routes by address, a line each: prefix, gateway or `-`, output.
    Read lookup;   ///< With a parameter, an address: the output, and the gateway if there is one.
    Write add;     ///< `PREFIX [GATEWAY] OUTPUT`: adds a route of a new prefix. @keeps routes
    Write set;     ///< The same, in place of the prefix's route if it has one. @keeps routes
    Write remove;  ///< `PREFIX [[GATEWAY] OUTPUT]`: removes a route. @keeps routes
    Write ctrl;    ///< Lines `add …`, `set …` or `remove …`: all of them or none. @keeps routes
  };

  using Shared = lpm::RouteTable;

  static void prepare(const auto &self, const auto &packet)
    requires net::kRoutesAreFar<SelfOf<decltype(self)>>
  {
    net::prepare_route(self, packet);
  }
  static void push(auto &self, auto &packet) { net::route(self, packet, "LinearIPLookup"); }

  static std::string read_table(auto &self, std::string_view) { return self.shared.text(); }
  static std::string read_lookup(auto &self, std::string_view address) {
    return self.shared.lookup(address);
  }
  static bool write_add(auto &self, std::string_view text, std::string &error) {
    return net::add_route(self, text, error);
  }
  static bool write_set(auto &self, std::string_view text, std::string &error) {
    return net::set_route(self, text, error);
  }
  static bool write_remove(auto &self, std::string_view text, std::string &error) {
    return net::remove_route(self, text, error);
  }
  static bool write_ctrl(auto &self, std::string_view text, std::string &error) {
    return net::control_routes(self, text, error);
  }
};

}  // namespace pmill::elements
