// SPDX-License-Identifier: BSD-3-Clause
// Which options of a device elements ask for: what ports that are no devices have to refuse.
#pragma once

#include <string_view>
#include <vector>

#include "runtime.hh"

namespace pmill::runtime {

struct Wish {
  std::string_view option;
  bool asked;
};

/// Options of FromDPDKDevice that only a device can fulfil.
inline std::vector<Wish> wishes(const RxRequest &r) {
  return {{"VLAN_FILTER", r.vlan_filter},
          {"VLAN_STRIP", r.vlan_strip},
          {"VLAN_EXTEND", r.vlan_extend},
          {"LRO", r.lro},
          {"JUMBO", r.jumbo},
          {"MTU", r.mtu != 0},
          {"MAC", r.mac != EtherAddress{}},
          {"MODE", r.mode != RxMode::unset && r.mode != RxMode::none},
          {"MAX_RSS", r.max_rss != 0},
          {"RETA_SIZE", r.reta_size != 0},
          {"TIMESTAMP", r.timestamp},
          {"RSS_AGGREGATE", r.rss_aggregate},
          {"PAUSE", r.pause != PauseMode::unset},
          {"IPCO", r.ipco},
          {"TCO", r.tco},
          {"UCO", r.uco},
          {"RX_INTR", r.rx_intr >= 0},
          {"POWER_MGMT", r.power != PowerManagement::none},
          {"FLOW_ISOLATE", r.flow_isolate},
          {"FLOW_RULES_FILE", !r.flow_rules_file.empty()}};
}

/// The same of ToDPDKDevice.
inline std::vector<Wish> wishes(const TxRequest &r) {
  return {{"TSO", r.tso}, {"IPCO", r.ipco}, {"TCO", r.tco}, {"UCO", r.uco}};
}

/// Calls `refuse` with the element and the option for each that is asked of a port, but for those
/// that `grants` says the port fulfils.
void refuse_wishes(const PortState &port, auto &&grants, auto &&refuse) {
  const auto look = [&](const auto &entries) {
    for (const auto *e : entries)
      for (const Wish &w : wishes(e->request))
        if (w.asked && !grants(w.option, e->request)) refuse(e->label, std::string(w.option));
  };
  look(port.receivers);
  look(port.transmitters);
}

}  // namespace pmill::runtime
