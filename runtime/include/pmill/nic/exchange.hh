// SPDX-License-Identifier: BSD-3-Clause
// What of net_pmill a program uses that exchanges buffers with it: pmill/xchg/nic.hh. Ports are set
// up, changed and counted through ethdev as ever; only their queues are the program's.
#pragma once

#include <cstdint>
#include <pmill/nic/rings.hh>

namespace pmill::nic {

class Device;

/// Takes over the queues of a port, before they are set up: then ethdev's bursts move nothing.
/// False when the port is none of net_pmill's.
bool take_over(std::uint16_t port);

/// The device and the rings of a port that was taken over; its queues are set up.
Device &device_of(std::uint16_t port);
RxRing &rx_ring(std::uint16_t port, std::uint16_t queue);
TxRing &tx_ring(std::uint16_t port, std::uint16_t queue);

/// Where the program counts, of a receive queue, how often it had no buffer to exchange: so
/// statistics know.
void count_no_buffer(std::uint16_t port, std::uint16_t queue, const std::uint64_t *count);

/// Whether the device works only when it is told to.
bool is_stepped(const Device &device);
/// See Device.
void wake(Device &device);
void step_receive(Device &device, std::uint32_t most);
void step_transmit(Device &device);

}  // namespace pmill::nic
