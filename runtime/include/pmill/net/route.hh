// SPDX-License-Identifier: BSD-3-Clause
// What routing elements have in common. They have `args.routes`, a RouteTable as their Shared,
// and a counter `no_route`.
#pragma once

#include <pmill/element.hh>
#include <pmill/net/lpm.hh>
#include <string_view>

namespace pmill::net {

/// Finds the hop of a destination: few constant routes are code, all others a table in memory.
PMILL_INLINE Hop find_hop(auto &self, IPAddress destination) {
  using Self = SelfOf<decltype(self)>;
  if constexpr (Self::frozen) {
    if constexpr (Self::Args::routes.size() <= kFewRoutes) {
      static constexpr FewRoutes<Self::Args::routes.size()> kTable(Self::Args::routes);
      return kTable.find(destination);
    }
  }
  return self.shared.find(destination);
}

/// Says on standard error that a packet is dropped for want of a route.
[[gnu::cold]] void report_no_route(std::string_view element, IPAddress destination);

/// Sends a packet where the route of its destination annotation leads.
PMILL_INLINE void route(auto &self, auto &packet, std::string_view element_class) {
  constexpr unsigned kReports = 5;
  const IPAddress destination(packet.get(meta::dst_ip));
  const Hop hop = find_hop(self, destination);
  if (hop.gateway) packet.set(meta::dst_ip, hop.gateway.value);
  // Without a route, the output is one that no element has.
  if (!emit(self, hop.output, packet)) [[unlikely]] {
    if (self.state.no_route.value < kReports) report_no_route(element_class, destination);
    drop(self, packet, self.state.no_route);
  }
}

}  // namespace pmill::net
