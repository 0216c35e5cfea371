// SPDX-License-Identifier: BSD-3-Clause
// What routing elements have in common. They have `args.routes`, a RouteTable as their Shared, and
// a counter `no_route`.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <pmill/element.hh>
#include <pmill/lpm/few.hh>
#include <pmill/lpm/route_table.hh>
#include <string_view>
#include <tuple>

namespace pmill::net {

/// A few routes known when compiling, which become code.
template <typename Args, std::size_t Outputs>
struct ConstantRoutes {
  static constexpr lpm::FewRoutes<Args::routes.size()> table{Args::routes};

  /// The outputs in the order in which they are tried: the one that most routes lead to first, and
  /// last, without a question, the one for the rest.
  static constexpr auto order = [] {
    std::array<std::size_t, Outputs> outputs{};
    for (std::size_t i = 0; i < Outputs; ++i) outputs[i] = i;
    const auto key = [](std::size_t output) {
      const int routes = std::popcount(table.routes_to(static_cast<std::uint32_t>(output)));
      return std::tuple(output == table.rest().output, -routes, output);
    };
    std::sort(outputs.begin(), outputs.end(),
              [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    return outputs;
  }();

  PMILL_INLINE static bool follow(auto &self, auto &packet, IPAddress destination) {
    // Bits are compared, not numbers of outputs: those would have to be looked up.
    const std::uint32_t match = table.match(destination);
    return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      return (try_output<order[I]>(self, packet, match) || ...);
    }(std::make_index_sequence<Outputs>{});
  }

 private:
  /// Whether the default route leads to an output and has a gateway, and others lead there, too.
  /// What is behind the gateway is most of the world: it goes on with a next hop that is a
  /// constant, and neighbours take the other way.
  template <std::size_t Output>
  static constexpr bool kHasGateway =
      Output == table.rest().output && table.rest().gateway.value != 0 &&
      table.routes_to(Output) != 0;

  /// The gateway is looked up behind the branch: where nobody asks for it, not at all.
  template <std::size_t Output>
  PMILL_INLINE static bool try_output(auto &self, auto &packet, std::uint32_t match) {
    using D = typename SelfOf<decltype(self)>::Instance;
    if constexpr (Output != table.rest().output) {
      const std::uint32_t here = match & table.routes_to(Output);
      if constexpr (requires { D::usual; }) {
        constexpr bool passes = D::usual != Output;
        if (__builtin_expect(here == 0, passes)) return false;
      } else if (here == 0) {
        return false;
      }
    }
    if constexpr (kHasGateway<Output>) {
      if (match != 0) [[unlikely]] {
        if (const IPAddress to = table.hop(match).gateway) packet.set(meta::dst_ip, to.value);
        emit_rarely<Output>(self, packet);
        return true;
      }
      packet.set(meta::dst_ip, table.rest().gateway.value);
    } else {
      if (const IPAddress to = table.hop(match).gateway) packet.set(meta::dst_ip, to.value);
    }
    emit<Output>(self, packet);
    return true;
  }
};

/// Whether an instance's routes become code.
template <typename Self>
inline constexpr bool kRoutesAreCode = [] {
  if constexpr (Self::frozen)
    return Self::Args::routes.structure() == lpm::Structure::compared;
  else
    return false;
}();

/// Sends a packet where the route of its destination leads; false, and the packet is still the
/// caller's, when there is none.
PMILL_INLINE bool follow_route(auto &self, auto &packet, IPAddress destination) {
  using Self = SelfOf<decltype(self)>;
  using Args = typename Self::Args;
  if constexpr (kRoutesAreCode<Self>) {
    return ConstantRoutes<Args, Self::output_count>::follow(self, packet, destination);
  } else {
    const lpm::Hop hop = self.shared.template find<Args>(destination);
    if (hop.gateway) packet.set(meta::dst_ip, hop.gateway.value);
    // Without a route, the output is one that no element has.
    return emit(self, hop.output, packet);
  }
}

/// Says on standard error that a packet is dropped for want of a route.
[[gnu::cold]] void report_no_route(std::string_view element, IPAddress destination);

/// Sends a packet where the route of its destination annotation leads.
PMILL_INLINE void route(auto &self, auto &packet, std::string_view element_class) {
  constexpr unsigned kReports = 5;
  const IPAddress destination(packet.get(meta::dst_ip));
  if (!follow_route(self, packet, destination)) [[unlikely]] {
    if (self.state.no_route.value < kReports) report_no_route(element_class, destination);
    drop(self, packet, self.state.no_route);
  }
}

/// Whether the part of the table that routing a packet asks first is mostly not in the nearest
/// caches: only then there is a first step to such a lookup.
template <typename Self>
inline constexpr bool kRoutesAreFar = [] {
  if constexpr (kRoutesAreCode<Self>)
    return false;
  else
    return lpm::RouteTable::is_far<typename Self::Args>();
}();

/// Loads that part of the table.
PMILL_INLINE void prepare_route(const auto &self, const auto &packet) {
  using Self = SelfOf<decltype(self)>;
  self.shared.template prefetch<typename Self::Args>(IPAddress(packet.get(meta::dst_ip)));
}

// --- handlers ---

/// Changes the table of an element, once for all workers, which stand still. It is const for those
/// that route packets.
bool change_routes(auto &self, auto &&change) {
  return self.worker.index != 0 || change(const_cast<lpm::RouteTable &>(self.shared));
}

bool add_route(auto &self, std::string_view text, std::string &error) {
  return change_routes(self, [&](lpm::RouteTable &table) {
    return table.add(text, SelfOf<decltype(self)>::output_count, error);
  });
}
bool set_route(auto &self, std::string_view text, std::string &error) {
  return change_routes(self, [&](lpm::RouteTable &table) {
    return table.set(text, SelfOf<decltype(self)>::output_count, error);
  });
}
bool remove_route(auto &self, std::string_view text, std::string &error) {
  return change_routes(self, [&](lpm::RouteTable &table) { return table.remove(text, error); });
}
bool control_routes(auto &self, std::string_view text, std::string &error) {
  return change_routes(self, [&](lpm::RouteTable &table) {
    return table.control(text, SelfOf<decltype(self)>::output_count, error);
  });
}
bool flush_routes(auto &self) {
  return change_routes(self, [&](lpm::RouteTable &table) { return table.flush(), true; });
}

}  // namespace pmill::net
