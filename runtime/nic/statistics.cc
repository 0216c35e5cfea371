// SPDX-License-Identifier: BSD-3-Clause
// What a port counts, as DPDK asks for it.
#include <rte_ethdev.h>

#include <cstdio>

#include "port.hh"

namespace pmill::nic {
namespace {

int stats_get(rte_eth_dev *dev, rte_eth_stats *stats) {
  const Device &device = port_of(dev).device;
  for (unsigned i = 0; i < kMostQueues; ++i) {
    const QueueCounts &q = device.queue_counts[i];
    stats->ipackets += q.rx_packets.read();
    stats->ibytes += q.rx_bytes.read();
    stats->imissed += q.rx_missed.read();
    stats->opackets += q.tx_packets.read();
    stats->obytes += q.tx_bytes.read();
    if (i >= RTE_ETHDEV_QUEUE_STAT_CNTRS) continue;
    stats->q_ipackets[i] = q.rx_packets.read();
    stats->q_ibytes[i] = q.rx_bytes.read();
    stats->q_errors[i] = q.rx_missed.read();
    stats->q_opackets[i] = q.tx_packets.read();
    stats->q_obytes[i] = q.tx_bytes.read();
  }
  stats->ierrors = device.counts.too_long.read();
  for (unsigned i = 0; i < dev->data->nb_rx_queues; ++i)
    if (dev->data->rx_queues[i] != nullptr) stats->rx_nombuf += rx_of(dev, i).no_buffer();
  for (unsigned i = 0; i < dev->data->nb_tx_queues; ++i)
    if (dev->data->tx_queues[i] != nullptr) stats->oerrors += tx_of(dev, i).errors();
  return 0;
}

int stats_reset(rte_eth_dev *dev) {
  Device &device = port_of(dev).device;
  for (QueueCounts &q : device.queue_counts)
    for (Counter *c : {&q.rx_packets, &q.rx_bytes, &q.rx_missed, &q.tx_packets, &q.tx_bytes})
      c->clear();
  for (Counter *c : {&device.counts.wire, &device.counts.filtered, &device.counts.too_long})
    c->clear();
  for (unsigned i = 0; i < dev->data->nb_rx_queues; ++i)
    if (dev->data->rx_queues[i] != nullptr) rx_of(dev, i).clear_counts();
  for (unsigned i = 0; i < dev->data->nb_tx_queues; ++i)
    if (dev->data->tx_queues[i] != nullptr) tx_of(dev, i).clear_counts();
  return 0;
}

struct Extra {
  const char *name;
  std::uint64_t (*read)(const Device &);
};

/// Of all frames that arrived, what became of them.
constexpr Extra kExtras[] = {
    {"rx_wire_packets", [](const Device &d) { return d.counts.wire.read(); }},
    {"rx_filtered_packets", [](const Device &d) { return d.counts.filtered.read(); }},
    {"rx_too_long_packets", [](const Device &d) { return d.counts.too_long.read(); }},
};
constexpr unsigned kExtraCount = std::size(kExtras);

int xstats_names(rte_eth_dev *, rte_eth_xstat_name *names, unsigned size) {
  if (names != nullptr && size >= kExtraCount)
    for (unsigned i = 0; i < kExtraCount; ++i)
      std::snprintf(names[i].name, sizeof names[i].name, "%s", kExtras[i].name);
  return kExtraCount;
}

int xstats_get(rte_eth_dev *dev, rte_eth_xstat *stats, unsigned size) {
  if (stats != nullptr && size >= kExtraCount)
    for (unsigned i = 0; i < kExtraCount; ++i) {
      stats[i].id = i;
      stats[i].value = kExtras[i].read(port_of(dev).device);
    }
  return kExtraCount;
}

}  // namespace

void add_statistics(eth_dev_ops &ops) {
  ops.stats_get = stats_get;
  ops.stats_reset = stats_reset;
  ops.xstats_get = xstats_get;
  ops.xstats_get_names = xstats_names;
  ops.xstats_reset = stats_reset;
}

}  // namespace pmill::nic
