// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pmill/lpm/few.hh>
#include <pmill/lpm/route_table.hh>
#include <pmill/lpm/sweep.hh>

namespace pmill::lpm {

std::uint32_t Hops::number(const Hop &hop) {
  const auto at = std::find(hops_.begin() + 1, hops_.end(), hop) - hops_.begin();
  if (at == std::ssize(hops_)) add(hop);
  return static_cast<std::uint32_t>(at);
}

RouteTable::RouteTable(const Routes &routes, bool changes) : routes_(routes) {
  for (std::size_t i = 0; i < routes.hop_count(); ++i) hops_.add(routes.hop(i));
  const Structure structure = changes ? Structure::direct32 : routes.structure();
  if (structure == Structure::compared) return;
  const std::vector<Entry> sorted = entries();
  build(sorted, structure);
  if (!changes) return;
  changes_ = std::make_unique<Changes>();
  for (const Entry &entry : sorted) changes_->routes.add(entry);
}

std::vector<Entry> RouteTable::entries() const {
  std::vector<Entry> found;
  found.reserve(routes_.size());
  routes_.each([&](const IPPrefix &prefix, std::size_t hop) {
    found.push_back({.address = prefix.address.host() & prefix.mask.host(),
                     .length = prefix.length(),
                     .hop = static_cast<std::uint32_t>(hop + 1)});
  });
  std::sort(found.begin(), found.end(),
            [](const Entry &a, const Entry &b) { return a.key() < b.key(); });
  return found;
}

void RouteTable::build(const std::vector<Entry> &sorted, Structure structure) {
  const auto sweep = [&](auto put) {
    Sweep all(0, ~std::uint32_t{0}, 0, put);
    for (const Entry &entry : sorted)
      if (entry.length == 0)
        hops_.set_rest(hops_[entry.hop]);
      else
        all.add(entry.address, entry.length, entry.hop);
    all.finish();
  };
  const auto fill = [&](auto &table) {
    table.start();
    sweep([&](std::uint32_t first, std::uint32_t last, std::uint32_t value) {
      if (value != 0) table.set(first, last, value);  // else pages stay that nobody touched
    });
  };
  if (structure == Structure::direct16) return fill(direct16_);
  if (structure == Structure::direct32) return fill(direct32_);
  std::vector<SearchTable::Range> ranges;
  sweep([&](std::uint32_t first, std::uint32_t, std::uint32_t value) {
    if (ranges.empty() || ranges.back().value != value) ranges.push_back({first, value});
  });
  search_.build(ranges, SearchTable::two_steps(routes_.size()));
}

Hop RouteTable::find_anyhow(IPAddress destination) const {
  if (changes_ != nullptr) return hops_[direct32_.find(destination.host())];
  switch (routes_.structure()) {
    case Structure::direct16:
      return hops_[direct16_.find(destination.host())];
    case Structure::direct32:
      return hops_[direct32_.find(destination.host())];
    case Structure::searched:
      return hops_[SearchTable::two_steps(routes_.size())
                       ? search_.find<true>(destination.host())
                       : search_.find<false>(destination.host())];
    case Structure::compared:
      break;
  }
  const FewRoutes<kFewRoutes> few(routes_);
  return few.find(destination);
}

}  // namespace pmill::lpm
