// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pmill/lpm/few.hh>
#include <pmill/lpm/route_table.hh>
#include <pmill/lpm/sweep.hh>

namespace pmill::lpm {

std::uint32_t Hops::number(const Hop &hop) {
  const std::uint64_t key = std::uint64_t{hop.gateway.value} << 32 | hop.output;
  const auto [at, fresh] = numbers_.try_emplace(key, static_cast<std::uint32_t>(hops_.size()));
  if (fresh) hops_.push_back(hop);
  return at->second;
}

RouteTable::RouteTable(const Routes &routes, bool changes) : routes_(routes) {
  const Structure structure = changes ? Structure::direct32 : routes.structure();
  if (structure == Structure::compared) return;
  const std::vector<Entry> entries = entries_of(routes, hops_);
  build(entries, structure);
  if (!changes) return;
  changes_ = std::make_unique<Changes>();
  for (const Entry &entry : entries) changes_->routes.add(entry);
}

std::vector<Entry> RouteTable::entries_of(const Routes &routes, Hops &hops) {
  std::vector<Entry> entries;
  entries.reserve(routes.size());
  routes.each([&](const Route &route) {
    entries.push_back({.address = route.prefix.address.host() & route.prefix.mask.host(),
                       .length = route.prefix.length(),
                       .hop = hops.number({route.gateway, route.output})});
  });
  const auto before = [](const Entry &a, const Entry &b) { return a.key() < b.key(); };
  std::stable_sort(entries.begin(), entries.end(), before);
  const auto same = [](const Entry &a, const Entry &b) { return a.key() == b.key(); };
  // Of equal ones the last stays: from behind, it is the first.
  const auto first = std::unique(entries.rbegin(), entries.rend(), same).base();
  entries.erase(entries.begin(), first);
  return entries;
}

void RouteTable::build(const std::vector<Entry> &entries, Structure structure) {
  const auto sweep = [&](auto put) {
    Sweep all(0, ~std::uint32_t{0}, 0, put);
    for (const Entry &entry : entries)
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
