// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <pmill/net/lpm.hh>
#include <pmill/setup.hh>
#include <vector>

namespace pmill::net {
namespace {

constexpr std::size_t kTableBytes = std::size_t{66} << 20;  // an entry for every /24
constexpr std::size_t kGroupBytes = RTE_LPM_TBL8_GROUP_NUM_ENTRIES * 4;

rte_lpm_config sizes_for(View<Route> routes) {
  std::vector<std::uint32_t> groups;
  for (const Route &route : routes)
    if (route.prefix.length() > 24) groups.push_back(route.prefix.address.host() >> 8);
  std::sort(groups.begin(), groups.end());
  const auto distinct = std::unique(groups.begin(), groups.end()) - groups.begin();
  return {.max_rules = static_cast<std::uint32_t>(routes.size()),
          .number_tbl8s = static_cast<std::uint32_t>(distinct) + 1,
          .flags = 0};
}

}  // namespace

std::size_t RouteTable::memory(View<Route> routes) {
  if (routes.size() <= kFewRoutes) return 0;
  return kTableBytes + sizes_for(routes).number_tbl8s * kGroupBytes +
         routes.size() * 2 * sizeof(std::uint64_t);
}

RouteTable::RouteTable(View<Route> routes) {
  if (routes.size() <= kFewRoutes) {
    few_ = FewRoutes<kFewRoutes>(routes);
    return;
  }
  static std::atomic<unsigned> tables{0};
  char name[RTE_LPM_NAMESIZE];
  std::snprintf(name, sizeof name, "pmill_routes_%u", tables++);
  const rte_lpm_config sizes = sizes_for(routes);
  lpm_ = rte_lpm_create(name, SOCKET_ID_ANY, &sizes);
  if (lpm_ == nullptr)
    fail({}, "not enough memory for the routing table", "it takes 66 MB; give EAL more with -m");
  hops_ = new Hop[routes.size()];
  for (const Route &route : routes) add(route);
}

RouteTable::~RouteTable() {
  rte_lpm_free(lpm_);
  delete[] hops_;
}

void RouteTable::add(const Route &route) {
  const Hop hop{route.gateway, route.output};
  if (route.prefix.length() == 0) {  // DPDK knows no such prefix
    default_ = hop;
    return;
  }
  const auto same = [&](const Hop &h) {
    return h.gateway == hop.gateway && h.output == hop.output;
  };
  const auto at = std::find_if(hops_, hops_ + hop_count_, same) - hops_;
  if (static_cast<std::size_t>(at) == hop_count_) hops_[hop_count_++] = hop;
  if (rte_lpm_add(lpm_, route.prefix.address.host(),
                  static_cast<std::uint8_t>(route.prefix.length()),
                  static_cast<std::uint32_t>(at)) != 0)
    fail({}, "not enough memory for the routing table", "give EAL more with -m");
}

}  // namespace pmill::net
