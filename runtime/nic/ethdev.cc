// SPDX-License-Identifier: BSD-3-Clause
// net_pmill as DPDK sees it: a driver of virtual devices.
#include <bus_vdev_driver.h>
#include <ethdev_driver.h>
#include <ethdev_vdev.h>
#include <rte_ethdev.h>
#include <rte_log.h>
#include <rte_mbuf_dyn.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>

#include "port.hh"

RTE_LOG_REGISTER(pmill_nic_log, pmd.net.pmill, NOTICE);

namespace pmill::nic {

int refuse(int error, const std::string &name, const std::string &why) {
  rte_log(RTE_LOG_ERR, static_cast<std::uint32_t>(pmill_nic_log), "%s: %s\n", name.c_str(),
          why.c_str());
  return -error;
}

namespace {

// --- bursts ------------------------------------------------------------------------------------

std::uint16_t receive(void *queue, rte_mbuf **into, std::uint16_t most) {
  return static_cast<HostRx *>(queue)->receive(into, most);
}

std::uint16_t transmit(void *queue, rte_mbuf **from, std::uint16_t count) {
  return static_cast<HostTx *>(queue)->transmit(from, count);
}

std::uint32_t rx_queue_count(void *queue) { return static_cast<HostRx *>(queue)->waiting(); }

// --- the life of a port ------------------------------------------------------------------------

int configure(rte_eth_dev *dev) {
  Port &port = port_of(dev);
  const rte_eth_conf &conf = dev->data->dev_conf;
  const std::uint16_t queues = std::max<std::uint16_t>(dev->data->nb_rx_queues, 1);
  for (std::uint32_t i = 0; i < kRetaEntries; ++i)
    port.device.reta[i].store(static_cast<std::uint16_t>(i % queues), std::memory_order_relaxed);
  const auto &rss = conf.rx_adv_conf.rss_conf;
  const bool spread = (conf.rxmode.mq_mode & RTE_ETH_MQ_RX_RSS_FLAG) != 0;
  const std::uint64_t types = spread && rss.rss_hf != 0 ? rss.rss_hf & kHashTypes : kHashTypes;
  port.device.hash_types.store(types, std::memory_order_relaxed);
  if (spread && rss.rss_key != nullptr) {
    if (rss.rss_key_len != kKeyBytes) return refuse(EINVAL, port.name, "an RSS key has 40 bytes");
    port.device.set_key(HashKey(std::span<const std::uint8_t, kKeyBytes>(rss.rss_key, kKeyBytes)));
  }
  port.device.vlan_strip.store((conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_VLAN_STRIP) != 0);
  const bool stamps = (conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0;
  if (stamps &&
      rte_mbuf_dyn_rx_timestamp_register(&port.timestamp_offset, &port.timestamp_flag) != 0)
    return refuse(rte_errno, port.name, "mbufs have no room for timestamps");
  port.device.timestamps.store(stamps);
  return 0;
}

int start(rte_eth_dev *dev) {
  Port &port = port_of(dev);
  const std::uint16_t rx = dev->data->nb_rx_queues, tx = dev->data->nb_tx_queues;
  for (unsigned i = 0; i < rx; ++i)
    if (!rx_of(dev, i).start()) {
      for (unsigned k = 0; k <= i; ++k) rx_of(dev, k).stop();
      return refuse(ENOMEM, port.name, "its pool has not enough buffers for the ring of a queue");
    }
  for (unsigned i = 0; i < tx; ++i) tx_of(dev, i).start();
  const int failed = port.device.start(rx, tx);
  if (failed != 0) {
    for (unsigned i = 0; i < rx; ++i) rx_of(dev, i).stop();
    return refuse(-failed, port.name, "its thread cannot be started");
  }
  dev->data->dev_link.link_status = RTE_ETH_LINK_UP;
  for (unsigned i = 0; i < rx; ++i) dev->data->rx_queue_state[i] = RTE_ETH_QUEUE_STATE_STARTED;
  for (unsigned i = 0; i < tx; ++i) dev->data->tx_queue_state[i] = RTE_ETH_QUEUE_STATE_STARTED;
  return 0;
}

int stop(rte_eth_dev *dev) {
  Port &port = port_of(dev);
  port.device.stop();
  for (unsigned i = 0; i < dev->data->nb_rx_queues; ++i) rx_of(dev, i).stop();
  for (unsigned i = 0; i < dev->data->nb_tx_queues; ++i) tx_of(dev, i).stop();
  dev->data->dev_link.link_status = RTE_ETH_LINK_DOWN;
  for (unsigned i = 0; i < dev->data->nb_rx_queues; ++i)
    dev->data->rx_queue_state[i] = RTE_ETH_QUEUE_STATE_STOPPED;
  for (unsigned i = 0; i < dev->data->nb_tx_queues; ++i)
    dev->data->tx_queue_state[i] = RTE_ETH_QUEUE_STATE_STOPPED;
  return 0;
}

void rx_release(rte_eth_dev *dev, std::uint16_t queue) {
  delete static_cast<HostRx *>(dev->data->rx_queues[queue]);
  dev->data->rx_queues[queue] = nullptr;
}

void tx_release(rte_eth_dev *dev, std::uint16_t queue) {
  delete static_cast<HostTx *>(dev->data->tx_queues[queue]);
  dev->data->tx_queues[queue] = nullptr;
}

void forget_peers_of(const Device &gone);

int close(rte_eth_dev *dev) {
  if (rte_eal_process_type() != RTE_PROC_PRIMARY) return 0;
  Port *port = &port_of(dev);
  if (port->device.running()) stop(dev);
  forget_peers_of(port->device);
  for (std::uint16_t i = 0; i < dev->data->nb_rx_queues; ++i) rx_release(dev, i);
  for (std::uint16_t i = 0; i < dev->data->nb_tx_queues; ++i) tx_release(dev, i);
  dev->data->mac_addrs = nullptr;  // it is the port's
  delete port;
  return 0;
}

// --- queues ------------------------------------------------------------------------------------

std::string wrong_ring(std::uint16_t descriptors) {
  if (std::has_single_bit(descriptors)) return {};
  return "a ring of " + std::to_string(descriptors) + " descriptors: the number is a power of two";
}

int rx_queue_setup(rte_eth_dev *dev, std::uint16_t queue, std::uint16_t descriptors, unsigned,
                   const rte_eth_rxconf *, rte_mempool *pool) {
  Port &port = port_of(dev);
  if (const std::string wrong = wrong_ring(descriptors); !wrong.empty())
    return refuse(EINVAL, port.name, wrong);
  if (dev->data->rx_queues[queue] != nullptr) rx_release(dev, queue);
  port.device.rx[queue].size = descriptors;
  auto made = std::make_unique<HostRx>(port.device, queue, pool, dev->data->port_id,
                                       port.timestamp_offset, port.timestamp_flag, port.exchanged);
  if (!made->good()) return refuse(ENOMEM, port.name, "no memory for a ring");
  dev->data->rx_queues[queue] = made.release();
  return 0;
}

int tx_queue_setup(rte_eth_dev *dev, std::uint16_t queue, std::uint16_t descriptors, unsigned,
                   const rte_eth_txconf *) {
  Port &port = port_of(dev);
  if (const std::string wrong = wrong_ring(descriptors); !wrong.empty())
    return refuse(EINVAL, port.name, wrong);
  if (dev->data->tx_queues[queue] != nullptr) tx_release(dev, queue);
  port.device.tx[queue].size = descriptors;
  auto made = std::make_unique<HostTx>(port.device, queue);
  if (!made->good()) return refuse(ENOMEM, port.name, "no memory for a ring");
  dev->data->tx_queues[queue] = made.release();
  return 0;
}

int tx_done_cleanup(void *queue, std::uint32_t) {
  static_cast<HostTx *>(queue)->reclaim();
  return 0;
}

const eth_dev_ops kOps = [] {
  eth_dev_ops ops{};
  ops.dev_configure = configure;
  ops.dev_start = start;
  ops.dev_stop = stop;
  ops.dev_close = close;
  ops.rx_queue_setup = rx_queue_setup;
  ops.tx_queue_setup = tx_queue_setup;
  ops.rx_queue_release = rx_release;
  ops.tx_queue_release = tx_release;
  ops.tx_done_cleanup = tx_done_cleanup;
  add_control(ops);
  add_statistics(ops);
  return ops;
}();

// --- finding devices ---------------------------------------------------------------------------

/// All ports of this driver.
std::vector<Port *> all_ports() {
  std::vector<Port *> found;
  std::uint16_t id = 0;
  RTE_ETH_FOREACH_DEV(id)
  if (rte_eth_devices[id].dev_ops == &kOps) found.push_back(&port_of(&rte_eth_devices[id]));
  return found;
}

/// Connects a new port to its peer, and those that wait for it to the new port.
void connect(Port &fresh) {
  for (Port *other : all_ports()) {
    if (fresh.device.settings().peer == other->name) fresh.device.set_peer(&other->device);
    if (other->device.settings().peer == fresh.name) other->device.set_peer(&fresh.device);
  }
}

void forget_peers_of(const Device &gone) {
  for (Port *other : all_ports())
    if (other->device.peer() == &gone) other->device.set_peer(nullptr);
}

int probe(rte_vdev_device *vdev) {
  const std::string name = rte_vdev_device_name(vdev);
  if (rte_eal_process_type() != RTE_PROC_PRIMARY)
    return refuse(ENOTSUP, name, "secondary processes cannot use it");
  Settings settings;
  if (const std::string wrong = read_settings(rte_vdev_device_args(vdev), settings); !wrong.empty())
    return refuse(EINVAL, name, wrong);
  auto port = std::make_unique<Port>(settings);
  port->name = name;
  if (const std::string wrong = port->device.prepare(); !wrong.empty())
    return refuse(EINVAL, name, wrong);
  rte_eth_dev *dev = rte_eth_vdev_allocate(vdev, sizeof(Port *));
  if (dev == nullptr) return refuse(ENOMEM, name, "no port is free");
  static std::uint8_t last = 0;
  port->address = {{0x02, 0x70, 0x6d, 0x69, 0x6c, last++}};
  publish_address(*port);
  dev->data->dev_flags |= RTE_ETH_DEV_AUTOFILL_QUEUE_XSTATS;
  dev->data->mac_addrs = &port->address;
  dev->data->dev_link = {};
  dev->dev_ops = &kOps;
  dev->rx_pkt_burst = receive;
  dev->tx_pkt_burst = transmit;
  dev->rx_queue_count = rx_queue_count;
  *static_cast<Port **>(dev->data->dev_private) = port.get();
  connect(*port.release());
  rte_eth_dev_probing_finish(dev);
  return 0;
}

int remove(rte_vdev_device *vdev) {
  rte_eth_dev *dev = rte_eth_dev_allocated(rte_vdev_device_name(vdev));
  if (dev == nullptr) return 0;
  close(dev);
  return rte_eth_dev_release_port(dev);
}

rte_vdev_driver g_driver = [] {
  rte_vdev_driver driver{};
  driver.probe = probe;
  driver.remove = remove;
  return driver;
}();

}  // namespace
}  // namespace pmill::nic

namespace pmill::nic {

Port *find_port(std::uint16_t id) {
  if (!rte_eth_dev_is_valid_port(id) || rte_eth_devices[id].dev_ops != &kOps) return nullptr;
  return &port_of(&rte_eth_devices[id]);
}

}  // namespace pmill::nic

using pmill::nic::g_driver;
RTE_PMD_REGISTER_VDEV(net_pmill, g_driver);
RTE_PMD_REGISTER_PARAM_STRING(
    net_pmill,
    "rx_pcap=<file> generate=<flows> size=<bytes> peer=<device> tx_pcap=<file> loop=<0|1> "
    "queues=<n> ring=<n> rss_key=<hex|symmetric> stepped=<0|1> preparsed=<0|1> rate=<pps>");
