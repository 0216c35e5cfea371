// SPDX-License-Identifier: BSD-3-Clause
// What elements ask of a device, turned into ethdev's terms. A device that refuses an option is an
// error that names the element and the option.
#pragma once

#include <rte_errno.h>
#include <rte_flow.h>

#include <algorithm>

#include "runtime.hh"

namespace pmill::runtime {

using Receiver = Setup::Entry<RxRequest>;
using Transmitter = Setup::Entry<TxRequest>;

[[noreturn]] inline void refuse(const PortState &port, const std::string &label,
                                std::string_view option, int error = 0) {
  fail(label,
       "port " + std::to_string(port.id) + " (" + port.name + ", driver " + port.info.driver_name +
           ") does not support " + std::string(option) +
           (error == 0 ? "" : std::string(": ") + rte_strerror(error < 0 ? -error : error)),
       "leave " + std::string(option) + " out, or use a device that can");
}

/// The value that all entries agree on; `unset` ones have no opinion.
template <typename Entry, typename T>
T agreed(const PortState &port, const std::vector<const Entry *> &entries, std::string_view option,
         T unset, auto &&value_of) {
  T value = unset;
  const Entry *first = nullptr;
  for (const Entry *e : entries) {
    const T v = value_of(e->request);
    if (v == unset) continue;
    if (first != nullptr && v != value)
      fail(e->label,
           std::string(option) + " of port " + std::to_string(port.id) + " contradicts " +
               first->label,
           "give both elements the same " + std::string(option));
    value = v;
    first = e;
  }
  return value;
}

struct Offload {
  std::string_view option;
  std::uint64_t flag;
};

/// Sets an offload when any element wants it.
template <typename Entry>
void offload(const PortState &port, const std::vector<const Entry *> &entries, Offload what,
             std::uint64_t capabilities, std::uint64_t &enabled, auto &&wants) {
  for (const Entry *e : entries) {
    if (!wants(e->request)) continue;
    if ((capabilities & what.flag) == 0) refuse(port, e->label, what.option);
    enabled |= what.flag;
  }
}

/// net_pcap offers no timestamp offload, but stamps every packet with its time in the capture,
/// in microseconds.
inline bool stamps_by_itself(const PortState &port) {
  return std::string_view(port.info.driver_name) == "net_pcap";
}

/// The longest frame that a device receives, its checksum and two VLAN tags among it.
inline std::size_t longest_frame(const PortState &port) {
  std::uint16_t mtu = RTE_ETHER_MTU;
  if (port.mtu == 0) rte_eth_dev_get_mtu(port.id, &mtu);
  return (port.mtu != 0 ? port.mtu : mtu) + RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN + 2 * 4;
}

/// Whether a device that is configured like this puts every frame into one buffer. Those that were
/// not allowed to take several do so, or refuse their queues; of virtual ones that is not known.
inline bool comes_whole(const PortState &port, std::uint64_t offloads) {
  constexpr std::uint64_t kSeveral =
      RTE_ETH_RX_OFFLOAD_SCATTER | RTE_ETH_RX_OFFLOAD_TCP_LRO | RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT;
  return !is_virtual(port.info) && (offloads & kSeveral) == 0;
}

inline std::uint64_t receive_offloads(const PortState &port) {
  const auto &who = port.receivers;
  const std::uint64_t can = port.info.rx_offload_capa;
  std::uint64_t on = 0;
  const auto set = [&](std::string_view option, std::uint64_t flag, bool RxRequest::*member) {
    offload(port, who, {option, flag}, can, on, [=](const RxRequest &r) { return r.*member; });
  };
  const auto set_common = [&](std::string_view option, std::uint64_t flag,
                              bool QueueRequest::*member) {
    offload(port, who, {option, flag}, can, on, [=](const RxRequest &r) { return r.*member; });
  };
  set("VLAN_FILTER", RTE_ETH_RX_OFFLOAD_VLAN_FILTER, &RxRequest::vlan_filter);
  set("VLAN_STRIP", RTE_ETH_RX_OFFLOAD_VLAN_STRIP, &RxRequest::vlan_strip);
  set("VLAN_EXTEND", RTE_ETH_RX_OFFLOAD_VLAN_EXTEND, &RxRequest::vlan_extend);
  set("LRO", RTE_ETH_RX_OFFLOAD_TCP_LRO, &RxRequest::lro);
  set_common("IPCO", RTE_ETH_RX_OFFLOAD_IPV4_CKSUM, &QueueRequest::ipco);
  set_common("TCO", RTE_ETH_RX_OFFLOAD_TCP_CKSUM, &QueueRequest::tco);
  set_common("UCO", RTE_ETH_RX_OFFLOAD_UDP_CKSUM, &QueueRequest::uco);
  if (!stamps_by_itself(port))
    set("TIMESTAMP", RTE_ETH_RX_OFFLOAD_TIMESTAMP, &RxRequest::timestamp);
  for (const Receiver *e : who) {
    if (!e->request.rss_aggregate) continue;
    if ((can & RTE_ETH_RX_OFFLOAD_RSS_HASH) == 0 && port.info.flow_type_rss_offloads == 0)
      refuse(port, e->label, "RSS_AGGREGATE");
    on |= can & RTE_ETH_RX_OFFLOAD_RSS_HASH;
  }
  // Frames longer than a buffer come in several; a device that can do that is allowed to, unless
  // no frame is so long.
  const bool fits = !is_virtual(port.info) && (on & RTE_ETH_RX_OFFLOAD_TCP_LRO) == 0 &&
                    longest_frame(port) + RTE_PKTMBUF_HEADROOM <= state().pool_plan.data_room;
  return fits ? on : on | (can & RTE_ETH_RX_OFFLOAD_SCATTER);
}

inline std::uint64_t transmit_offloads(const PortState &port) {
  const auto &who = port.transmitters;
  const std::uint64_t can = port.info.tx_offload_capa;
  std::uint64_t on = 0;
  offload(port, who, {"TSO", RTE_ETH_TX_OFFLOAD_TCP_TSO}, can, on,
          [](const TxRequest &r) { return r.tso; });
  offload(port, who, {"IPCO", RTE_ETH_TX_OFFLOAD_IPV4_CKSUM}, can, on,
          [](const TxRequest &r) { return r.ipco; });
  offload(port, who, {"TCO", RTE_ETH_TX_OFFLOAD_TCP_CKSUM}, can, on,
          [](const TxRequest &r) { return r.tco; });
  offload(port, who, {"UCO", RTE_ETH_TX_OFFLOAD_UDP_CKSUM}, can, on,
          [](const TxRequest &r) { return r.uco; });
  // No buffer has two owners, so with a single pool the device may free without looking.
  if (state().pools.size() == 1) on |= can & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
  return on;
}

inline constexpr std::uint64_t kHashedFields = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP;

/// VMDq pools: VF_POOLS of them, the VLANs of VF_VLAN dealt out in turn.
inline void set_pools(const PortState &port, const Receiver &entry, rte_eth_conf &conf) {
  const RxRequest &r = entry.request;
  if (r.vf_pools == 0 || r.vf_pools > port.info.max_vmdq_pools)
    refuse(port, entry.label, r.vf_pools == 0 ? "MODE vmdq without VF_POOLS" : "VF_POOLS");
  if (r.vf_vlan.size() > RTE_ETH_VMDQ_MAX_VLAN_FILTERS) refuse(port, entry.label, "VF_VLAN");
  auto deal = [&](auto &c) {
    c.nb_queue_pools = static_cast<rte_eth_nb_pools>(r.vf_pools);
    c.nb_pool_maps = static_cast<std::uint8_t>(r.vf_vlan.size());
    for (std::size_t i = 0; i < r.vf_vlan.size(); ++i)
      c.pool_map[i] = {r.vf_vlan[i], std::uint64_t{1} << (i % r.vf_pools)};
  };
  if (r.mode == RxMode::vmdq_dcb || r.mode == RxMode::vmdq_dcb_rss)
    deal(conf.rx_adv_conf.vmdq_dcb_conf);
  else
    deal(conf.rx_adv_conf.vmdq_rx_conf);
}

inline void set_mode(const PortState &port, rte_eth_conf &conf) {
  const RxMode mode = agreed<Receiver>(port, port.receivers, "MODE", RxMode::unset,
                                       [](const RxRequest &r) { return r.mode; });
  const Receiver *asker = nullptr;
  bool wants_hash = false;
  for (const Receiver *e : port.receivers) {
    if (e->request.mode != RxMode::unset) asker = e;
    wants_hash = wants_hash || e->request.rss_aggregate;
  }
  const std::uint64_t hashed = port.info.flow_type_rss_offloads & kHashedFields;
  const auto spread = [&] { conf.rx_adv_conf.rss_conf.rss_hf = hashed; };
  switch (mode) {
    case RxMode::none:
    case RxMode::flow:
      break;
    case RxMode::unset:
      if (hashed == 0 || (port.rx_queues < 2 && !wants_hash)) break;
      conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
      spread();
      break;
    case RxMode::rss:
      if (hashed == 0) refuse(port, asker->label, "MODE rss");
      conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
      spread();
      break;
    case RxMode::vmdq:
    case RxMode::vmdq_dcb:
      conf.rxmode.mq_mode = mode == RxMode::vmdq ? RTE_ETH_MQ_RX_VMDQ_ONLY : RTE_ETH_MQ_RX_VMDQ_DCB;
      set_pools(port, *asker, conf);
      break;
    case RxMode::vmdq_rss:
    case RxMode::vmdq_dcb_rss:
      if (hashed == 0) refuse(port, asker->label, "MODE with rss");
      conf.rxmode.mq_mode =
          mode == RxMode::vmdq_rss ? RTE_ETH_MQ_RX_VMDQ_RSS : RTE_ETH_MQ_RX_VMDQ_DCB_RSS;
      spread();
      set_pools(port, *asker, conf);
      break;
  }
}

inline void set_mtu(PortState &port, rte_eth_conf &conf) {
  const unsigned mtu = agreed<Receiver>(port, port.receivers, "MTU", 0u, wanted_mtu);
  if (mtu == 0) return;
  for (const Receiver *e : port.receivers) {
    const bool refused = e->request.mtu != 0 &&
                         (e->request.mtu > port.info.max_mtu || e->request.mtu < port.info.min_mtu);
    if (refused) refuse(port, e->label, "MTU " + std::to_string(e->request.mtu));
  }
  port.mtu = std::min<std::uint32_t>(mtu, port.info.max_mtu);
  conf.rxmode.mtu = port.mtu;
}

/// Applies the MTU to the device. A driver without a way to is right only if it has no limit.
inline void apply_mtu(const PortState &port) {
  if (port.mtu == 0) return;
  const int error = rte_eth_dev_set_mtu(port.id, static_cast<std::uint16_t>(port.mtu));
  if (error == 0 || (error == -ENOTSUP && port.info.max_mtu == UINT16_MAX)) return;
  for (const Receiver *e : port.receivers)
    if (wanted_mtu(e->request) != 0)
      refuse(port, e->label, e->request.jumbo ? "JUMBO" : "MTU", error);
}

inline void set_address(const PortState &port) {
  const EtherAddress mac = agreed<Receiver>(port, port.receivers, "MAC", EtherAddress{},
                                            [](const RxRequest &r) { return r.mac; });
  if (mac == EtherAddress{}) return;
  rte_ether_addr address{};
  std::copy(mac.octets.begin(), mac.octets.end(), address.addr_bytes);
  const int error = rte_eth_dev_default_mac_addr_set(port.id, &address);
  for (const Receiver *e : port.receivers)
    if (error != 0 && e->request.mac == mac) refuse(port, e->label, "MAC", error);
}

inline void set_pause(const PortState &port) {
  const PauseMode pause = agreed<Receiver>(port, port.receivers, "PAUSE", PauseMode::unset,
                                           [](const RxRequest &r) { return r.pause; });
  if (pause == PauseMode::unset) return;
  rte_eth_fc_conf conf{};
  int error = rte_eth_dev_flow_ctrl_get(port.id, &conf);
  conf.mode = pause == PauseMode::none ? RTE_ETH_FC_NONE
              : pause == PauseMode::rx ? RTE_ETH_FC_RX_PAUSE
              : pause == PauseMode::tx ? RTE_ETH_FC_TX_PAUSE
                                       : RTE_ETH_FC_FULL;
  if (error == 0) error = rte_eth_dev_flow_ctrl_set(port.id, &conf);
  for (const Receiver *e : port.receivers)
    if (error != 0 && e->request.pause == pause) refuse(port, e->label, "PAUSE", error);
}

inline void set_promiscuous(const PortState &port) {
  for (const Receiver *e : port.receivers) {
    if (!e->request.promisc) continue;
    // A virtual device that cannot has no filter to switch off.
    const int error = rte_eth_promiscuous_enable(port.id);
    if (error != 0 && error != -ENOTSUP) refuse(port, e->label, "PROMISC", error);
  }
}

inline void set_isolation(const PortState &port) {
  for (const Receiver *e : port.receivers) {
    if (!e->request.flow_isolate) continue;
    rte_flow_error error{};
    if (rte_flow_isolate(port.id, 1, &error) != 0)
      refuse(port, e->label, "FLOW_ISOLATE", rte_errno);
  }
}

/// Spreads flows over the first MAX_RSS queues only, through RETA_SIZE table entries.
inline void apply_reta(const PortState &port, const Receiver &entry) {
  const RxRequest &r = entry.request;
  if (r.max_rss == 0 && r.reta_size == 0) return;
  const std::string_view option = r.max_rss != 0 ? "MAX_RSS" : "RETA_SIZE";
  if (port.info.reta_size == 0 || r.reta_size > port.info.reta_size)
    refuse(port, entry.label, option);
  const unsigned queues = r.max_rss == 0 ? port.rx_queues : std::min(r.max_rss, port.rx_queues);
  const unsigned period = r.reta_size == 0 ? port.info.reta_size : r.reta_size;
  std::vector<rte_eth_rss_reta_entry64> table((port.info.reta_size + 63u) / 64);
  for (unsigned i = 0; i < port.info.reta_size; ++i) {
    table[i / 64].mask |= std::uint64_t{1} << (i % 64);
    table[i / 64].reta[i % 64] = static_cast<std::uint16_t>(i % period % queues);
  }
  const int error = rte_eth_dev_rss_reta_update(port.id, table.data(), port.info.reta_size);
  if (error != 0) refuse(port, entry.label, option, error);
}

}  // namespace pmill::runtime
