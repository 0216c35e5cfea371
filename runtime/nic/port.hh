// SPDX-License-Identifier: BSD-3-Clause
// A port of net_pmill as the parts of the driver see it.
#pragma once

#include <ethdev_driver.h>
#include <rte_ether.h>

#include <string>

#include "host.hh"

namespace pmill::nic {

inline constexpr std::uint16_t kMostMtu = 16000;
inline constexpr std::uint32_t kFrameOverhead = RTE_ETHER_HDR_LEN + 2 * sizeof(rte_vlan_hdr);

/// What a port is: the device, and the host's queues of it.
struct Port {
  explicit Port(const Settings &settings) : device(settings) {}

  Device device;
  rte_ether_addr address{};
  int timestamp_offset = -1;
  std::uint64_t timestamp_flag = 0;
  std::string name;
  bool exchanged = false;  // its queues are the program's: pmill/nic/exchange.hh
};

/// The port of a number, if it is one of this driver.
Port *find_port(std::uint16_t id);

inline Port &port_of(rte_eth_dev *dev) { return **static_cast<Port **>(dev->data->dev_private); }
inline HostRx &rx_of(rte_eth_dev *dev, unsigned queue) {
  return *static_cast<HostRx *>(dev->data->rx_queues[queue]);
}
inline HostTx &tx_of(rte_eth_dev *dev, unsigned queue) {
  return *static_cast<HostTx *>(dev->data->tx_queues[queue]);
}

/// Says in the log why something cannot be done; returns the error number, negated.
int refuse(int error, const std::string &name, const std::string &why);
/// Lets filters use the port's address.
void publish_address(Port &port);

/// The functions that tell about a port and change its settings; and those that count.
void add_control(eth_dev_ops &ops);
void add_statistics(eth_dev_ops &ops);

}  // namespace pmill::nic
