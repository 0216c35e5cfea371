// SPDX-License-Identifier: BSD-3-Clause
// What the runtime needs of a driver that exchanges buffers with a program. Each such driver is a
// file of its own, `exchange_NAME.cc`, which only programs with its ports contain.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime.hh"

namespace pmill::runtime {

struct ExchangeDriver {
  std::string_view name;  // as ethdev calls it
  /// Takes the queues of a port over, before they are set up; false when it is none of the
  /// driver's.
  bool (*take_over)(std::uint16_t port);
  /// Makes the program's side of a queue that was set up.
  void *(*rx_queue)(std::uint16_t port, std::uint16_t queue);
  void *(*tx_queue)(std::uint16_t port, std::uint16_t queue);
  /// Fills the ring of a queue, when the port runs; false when there are not enough buffers.
  bool (*start)(void *rx_queue, BufferPool pool);
  /// Takes all buffers back and ends the queue, when the port has stopped.
  void (*stop_rx)(void *rx_queue, BufferPool pool);
  void (*stop_tx)(void *tx_queue, BufferPool pool);
};

/// The drivers that the program contains; each adds itself before main().
std::vector<const ExchangeDriver *> &exchange_drivers();

}  // namespace pmill::runtime
