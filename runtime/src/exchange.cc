// SPDX-License-Identifier: BSD-3-Clause
// Ports of a program that exchanges buffers with its drivers: the metadata model xchange. ethdev
// sets them up; their queues are taken over by what the program contains of each driver.
#include "exchange.hh"

#include <cstdio>

namespace pmill::runtime {
namespace {

const ExchangeDriver *driver_of(const PortState &port) {
  for (const ExchangeDriver *driver : exchange_drivers())
    if (driver->name == port.info.driver_name) return driver;
  return nullptr;
}

std::string known_drivers() {
  std::vector<std::string> names;
  for (const ExchangeDriver *driver : exchange_drivers()) names.emplace_back(driver->name);
  return joined(names);
}

}  // namespace

std::vector<const ExchangeDriver *> &exchange_drivers() {
  static std::vector<const ExchangeDriver *> all;
  return all;
}

void take_over(const PortState &port) {
  const ExchangeDriver *driver = driver_of(port);
  if (driver != nullptr && driver->take_over(port.id)) return;
  const std::string &label =
      port.receivers.empty() ? port.transmitters.front()->label : port.receivers.front()->label;
  fail(label,
       "port " + std::to_string(port.id) + " (" + port.name + ") is of the driver " +
           port.info.driver_name + ", and this program exchanges buffers with " + known_drivers() +
           " alone",
       "compile it with --metadata=overlaying, or give it a port of that driver");
}

void connect_queues(PortState &port) {
  const ExchangeDriver *driver = driver_of(port);
  for (std::uint16_t q = 0; q < port.rx_queues; ++q)
    port.exchanged_rx.push_back(driver->rx_queue(port.id, q));
  for (std::uint16_t q = 0; q < port.tx_queues; ++q)
    port.exchanged_tx.push_back(driver->tx_queue(port.id, q));
  share_exchanged(port);
}

void fill_queues(PortState &port) {
  Stock<Slot> stock(buffer::g_slots.depot);
  bool enough = true;
  for (void *queue : port.exchanged_rx) enough = enough && driver_of(port)->start(queue, &stock);
  stock.empty();
  if (!enough)
    fail(port.receivers.empty() ? "" : port.receivers.front()->label,
         "there are not enough buffers for the rings of port " + std::to_string(port.id) + " (" +
             port.name + ")",
         "ask for more (--buffers N), or for fewer descriptors (NDESC)");
}

void empty_queues(PortState &port) {
  Stock<Slot> stock(buffer::g_slots.depot);
  for (void *queue : port.exchanged_rx) driver_of(port)->stop_rx(queue, &stock);
  for (void *queue : port.exchanged_tx) driver_of(port)->stop_tx(queue, &stock);
  stock.empty();
}

BufferCounts account_for_buffers() {
  std::size_t found = buffer::g_slots.depot.count() + state().kept_buffers;
  for (const WorkerStatus &w : workers())
    if (w.worker != nullptr) found += w.worker->pool->count();
  const BufferCounts counts{.all = buffer::g_slots.count, .in_use = buffer::g_slots.count - found};
  if (counts.in_use == 0) return counts;
  std::fprintf(stderr, "of %zu buffers, %zu are where they belong at the end\n",
               buffer::g_slots.count, found);
  note_failure();
  return counts;
}

}  // namespace pmill::runtime
