// SPDX-License-Identifier: BSD-3-Clause
// Ports whose queues a program takes over.
#include <pmill/nic/exchange.hh>

#include "port.hh"

namespace pmill::nic {

bool take_over(std::uint16_t port) {
  Port *const found = find_port(port);
  if (found == nullptr) return false;
  found->exchanged = true;
  return true;
}

Device &device_of(std::uint16_t port) { return find_port(port)->device; }
RxRing &rx_ring(std::uint16_t port, std::uint16_t queue) { return device_of(port).rx[queue]; }
TxRing &tx_ring(std::uint16_t port, std::uint16_t queue) { return device_of(port).tx[queue]; }

void count_no_buffer(std::uint16_t port, std::uint16_t queue, const std::uint64_t *count) {
  rx_of(&rte_eth_devices[port], queue).count_elsewhere(count);
}

bool is_stepped(const Device &device) { return device.settings().stepped; }
void wake(Device &device) { device.wake(); }
void step_receive(Device &device, std::uint32_t most) { device.step_receive(most); }
void step_transmit(Device &device) { device.step_transmit(); }

}  // namespace pmill::nic
