// SPDX-License-Identifier: BSD-3-Clause
// A routing table as the compiler hands it over: a few routes as constants, or many as binary data.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <pmill/args.hh>
#include <pmill/attributes.hh>
#include <pmill/values.hh>
#include <string_view>

namespace pmill::lpm {

/// A line of a routing table. A gateway of 0.0.0.0: the destination is on the network itself.
struct Route {
  IPPrefix prefix;
  IPAddress gateway;
  std::uint32_t output = 0;
};

/// Where a destination is reached.
struct Hop {
  /// What `output` is when there is no route: no element has such an output.
  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};
  IPAddress gateway;
  std::uint32_t output = kNowhere;
  constexpr bool operator==(const Hop &) const = default;
};

/// How a constant table is asked; pmill/elaborate/route_table.py chooses, and says why.
enum class Structure : std::uint8_t {
  compared,  // few.hh: every route is compared with
  searched,  // search_table.hh: a search tree over the ends of prefixes
  direct16,  // direct_table.hh: an entry of 16 bits for each /24
  direct32,  // the same with 32 bits, for many thousand hops or longer prefixes
};

/// Tables of at most this many routes are compared with, all of them.
inline constexpr std::size_t kFewRoutes = 16;

/// The argument of a routing element. No two routes have the same prefix.
class Routes {
 public:
  /// A route in binary data. `address` is in host order.
  struct Packed {
    std::uint32_t address;
    std::uint32_t length : 6, hop : 26;  // the hop by its number among the table's
  };

  constexpr Routes() = default;
  template <std::same_as<Route>... R>
    requires(sizeof...(R) > 0 && sizeof...(R) <= kFewRoutes)
  constexpr explicit Routes(const R &...routes) : few_{routes...}, size_(sizeof...(R)) {}
  /// `data` is `hops` Hops and then `size` Packed, in the order of the configuration.
  constexpr Routes(Structure structure, std::uint32_t size, std::uint32_t hops, Data data)
      : size_(size), hops_(hops), structure_(structure), data_(data) {}

  constexpr std::size_t size() const { return size_; }
  constexpr Structure structure() const { return structure_; }

  /// Of a table that is compared: the routes themselves.
  constexpr const Route *begin() const { return few_.data(); }
  constexpr const Route *end() const { return few_.data() + size_; }
  void add(const Route &route) { few_[size_++] = route; }

  /// The hops that its routes have, by number.
  std::size_t hop_count() const { return structure_ == Structure::compared ? size_ : hops_; }
  Hop hop(std::size_t number) const {
    if (structure_ != Structure::compared) return packed_hops()[number];
    return {few_[number].gateway, few_[number].output};
  }
  /// Calls `use(prefix, hop)` for every route in the order of the configuration, with the number
  /// of its hop.
  void each(auto &&use) const {
    if (structure_ == Structure::compared) {
      for (std::size_t i = 0; i < size_; ++i) use(few_[i].prefix, i);
      return;
    }
    const auto *first = reinterpret_cast<const Packed *>(packed_hops() + hops_);
    for (const Packed &p : View<Packed>(first, size_))
      use(IPPrefix(IPAddress(net32(p.address)), p.length), std::size_t{p.hop});
  }

 private:
  const Hop *packed_hops() const { return reinterpret_cast<const Hop *>(data_.bytes); }

  std::array<Route, kFewRoutes> few_{};
  std::uint32_t size_ = 0;
  std::uint32_t hops_ = 0;
  Structure structure_ = Structure::compared;
  Data data_;
};
static_assert(sizeof(Hop) == 8 && sizeof(Routes::Packed) == 8, "pmill writes such data");

/// Reads "10.0.0.0/8,10.0.0.1,2".
inline void parse(Route &route, std::string_view text) {
  pmill::parse(route.prefix, pmill::detail::next_item(text, ','));
  pmill::parse(route.gateway, pmill::detail::next_item(text, ','));
  pmill::parse(route.output, text);
}
/// Reads at most 16 routes with spaces between them.
inline void parse(Routes &routes, std::string_view text) {
  routes = {};
  while (!text.empty()) {
    Route route;
    parse(route, pmill::detail::next_item(text, ' '));
    routes.add(route);
  }
}

}  // namespace pmill::lpm
