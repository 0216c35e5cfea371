// SPDX-License-Identifier: BSD-3-Clause
// What a port tells of itself, and what of it may be changed while it runs.
#include <rte_ethdev.h>

#include <cstring>

#include "port.hh"

namespace pmill::nic {
namespace {

constexpr std::uint64_t kRxOffloads = RTE_ETH_RX_OFFLOAD_VLAN_STRIP | RTE_ETH_RX_OFFLOAD_CHECKSUM |
                                      RTE_ETH_RX_OFFLOAD_TIMESTAMP | RTE_ETH_RX_OFFLOAD_RSS_HASH;
constexpr std::uint64_t kTxOffloads = RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;

int infos_get(rte_eth_dev *dev, rte_eth_dev_info *info) {
  const Settings &settings = port_of(dev).device.settings();
  info->max_mac_addrs = 1;
  info->min_rx_bufsize = 64;
  info->max_rx_pktlen = kMostMtu + kFrameOverhead;
  info->max_mtu = kMostMtu;
  info->min_mtu = RTE_ETHER_MIN_MTU;
  info->max_rx_queues = info->max_tx_queues = static_cast<std::uint16_t>(settings.queues);
  info->rx_offload_capa = kRxOffloads;
  info->tx_offload_capa = kTxOffloads;
  info->reta_size = kRetaEntries;
  info->hash_key_size = kKeyBytes;
  info->flow_type_rss_offloads = kHashTypes;
  info->rx_desc_lim.nb_min = info->tx_desc_lim.nb_min = kFewestDescriptors;
  info->rx_desc_lim.nb_max = info->tx_desc_lim.nb_max = kMostDescriptors;
  info->rx_desc_lim.nb_align = info->tx_desc_lim.nb_align = 1;
  info->tx_desc_lim.nb_seg_max = info->tx_desc_lim.nb_mtu_seg_max = 1;
  info->default_rxportconf.ring_size = static_cast<std::uint16_t>(settings.ring);
  info->default_txportconf.ring_size = static_cast<std::uint16_t>(settings.ring);
  info->default_rxportconf.burst_size = info->default_txportconf.burst_size = 32;
  info->default_rxportconf.nb_queues = info->default_txportconf.nb_queues = 1;
  info->speed_capa = RTE_ETH_LINK_SPEED_100G;
  return 0;
}

const std::uint32_t *supported_ptypes(rte_eth_dev *) {
  static const std::uint32_t kTypes[] = {
      RTE_PTYPE_L2_ETHER, RTE_PTYPE_L2_ETHER_ARP, RTE_PTYPE_L2_ETHER_VLAN, RTE_PTYPE_L2_ETHER_QINQ,
      RTE_PTYPE_L3_IPV4,  RTE_PTYPE_L3_IPV4_EXT,  RTE_PTYPE_L3_IPV6,       RTE_PTYPE_L3_IPV6_EXT,
      RTE_PTYPE_L4_FRAG,  RTE_PTYPE_L4_UDP,       RTE_PTYPE_L4_TCP,        RTE_PTYPE_L4_SCTP,
      RTE_PTYPE_UNKNOWN};
  return kTypes;
}

int link_update(rte_eth_dev *dev, int) {
  rte_eth_link link{};
  link.link_speed = RTE_ETH_SPEED_NUM_100G;
  link.link_duplex = RTE_ETH_LINK_FULL_DUPLEX;
  link.link_autoneg = RTE_ETH_LINK_FIXED;
  link.link_status = port_of(dev).device.running() ? RTE_ETH_LINK_UP : RTE_ETH_LINK_DOWN;
  return rte_eth_linkstatus_set(dev, &link);
}

template <auto Member, bool Value>
int set(rte_eth_dev *dev) {
  (port_of(dev).device.*Member).store(Value, std::memory_order_relaxed);
  return 0;
}

int mac_addr_set(rte_eth_dev *dev, rte_ether_addr *address) {
  Port &port = port_of(dev);
  rte_ether_addr_copy(address, &port.address);
  publish_address(port);
  return 0;
}

int mtu_set(rte_eth_dev *dev, std::uint16_t mtu) {
  port_of(dev).device.longest.store(mtu + kFrameOverhead, std::memory_order_relaxed);
  return 0;
}

int vlan_offload_set(rte_eth_dev *dev, int) {
  const std::uint64_t on = dev->data->dev_conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
  port_of(dev).device.vlan_strip.store(on != 0, std::memory_order_relaxed);
  return 0;
}

int read_clock(rte_eth_dev *, std::uint64_t *clock) {
  *clock = device_clock();
  return 0;
}

int rss_hash_update(rte_eth_dev *dev, rte_eth_rss_conf *conf) {
  Port &port = port_of(dev);
  if (conf->rss_key != nullptr) {
    if (conf->rss_key_len != kKeyBytes) return refuse(EINVAL, port.name, "an RSS key has 40 bytes");
    if (port.device.running())
      return refuse(EBUSY, port.name, "the RSS key cannot be changed while the port runs");
    const std::span<const std::uint8_t, kKeyBytes> key(conf->rss_key, kKeyBytes);
    port.device.set_key(HashKey(key));
  }
  port.device.hash_types.store(conf->rss_hf & kHashTypes, std::memory_order_relaxed);
  return 0;
}

int rss_hash_conf_get(rte_eth_dev *dev, rte_eth_rss_conf *conf) {
  const Device &device = port_of(dev).device;
  conf->rss_hf = device.hash_types.load(std::memory_order_relaxed);
  if (conf->rss_key != nullptr && conf->rss_key_len >= kKeyBytes)
    std::memcpy(conf->rss_key, device.key().bytes().data(), kKeyBytes);
  conf->rss_key_len = kKeyBytes;
  return 0;
}

int reta_update(rte_eth_dev *dev, rte_eth_rss_reta_entry64 *entries, std::uint16_t size) {
  Port &port = port_of(dev);
  if (size != kRetaEntries) return refuse(EINVAL, port.name, "its RETA has 128 entries");
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto &group = entries[i / RTE_ETH_RETA_GROUP_SIZE];
    if ((group.mask >> i % RTE_ETH_RETA_GROUP_SIZE & 1) == 0) continue;
    const std::uint16_t queue = group.reta[i % RTE_ETH_RETA_GROUP_SIZE];
    if (queue >= dev->data->nb_rx_queues)
      return refuse(EINVAL, port.name, "a RETA entry names a queue that is not there");
    port.device.reta[i].store(queue, std::memory_order_relaxed);
  }
  return 0;
}

int reta_query(rte_eth_dev *dev, rte_eth_rss_reta_entry64 *entries, std::uint16_t size) {
  if (size != kRetaEntries) return -EINVAL;
  for (std::uint32_t i = 0; i < size; ++i) {
    auto &group = entries[i / RTE_ETH_RETA_GROUP_SIZE];
    if ((group.mask >> i % RTE_ETH_RETA_GROUP_SIZE & 1) != 0)
      group.reta[i % RTE_ETH_RETA_GROUP_SIZE] =
          port_of(dev).device.reta[i].load(std::memory_order_relaxed);
  }
  return 0;
}

}  // namespace

void publish_address(Port &port) {
  std::uint64_t value = 0;
  std::memcpy(&value, &port.address, sizeof port.address);
  port.device.address.store(value, std::memory_order_relaxed);
}

void add_control(eth_dev_ops &ops) {
  ops.dev_infos_get = infos_get;
  ops.dev_supported_ptypes_get = supported_ptypes;
  ops.link_update = link_update;
  ops.promiscuous_enable = set<&Device::promiscuous, true>;
  ops.promiscuous_disable = set<&Device::promiscuous, false>;
  ops.allmulticast_enable = set<&Device::all_multicast, true>;
  ops.allmulticast_disable = set<&Device::all_multicast, false>;
  ops.mac_addr_set = mac_addr_set;
  ops.mtu_set = mtu_set;
  ops.vlan_offload_set = vlan_offload_set;
  ops.read_clock = read_clock;
  ops.rss_hash_update = rss_hash_update;
  ops.rss_hash_conf_get = rss_hash_conf_get;
  ops.reta_update = reta_update;
  ops.reta_query = reta_query;
}

}  // namespace pmill::nic
