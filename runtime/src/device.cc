// SPDX-License-Identifier: BSD-3-Clause
// One port is set up from everything that elements ask of it.
#include <rte_errno.h>
#include <rte_flow.h>
#include <rte_interrupts.h>
#include <rte_mbuf_dyn.h>
#include <rte_power_pmd_mgmt.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "device_options.hh"
#include "runtime.hh"

namespace pmill {
namespace runtime {
namespace {

std::uint16_t descriptors(unsigned wanted, unsigned preferred) {
  constexpr unsigned kUsual = 256;
  return static_cast<std::uint16_t>(wanted != 0 ? wanted : preferred != 0 ? preferred : kUsual);
}

/// Decides how many descriptors the queues have; rings larger than asked are the device's right.
void size_rings(PortState &port) {
  const auto ndesc = [](const QueueRequest &r) { return r.ndesc; };
  const unsigned rx = agreed<Receiver>(port, port.receivers, "NDESC", 0u, ndesc);
  const unsigned tx = agreed<Transmitter>(port, port.transmitters, "NDESC", 0u, ndesc);
  port.rx_descriptors = descriptors(rx, port.info.default_rxportconf.ring_size);
  port.tx_descriptors = descriptors(tx, port.info.default_txportconf.ring_size);
  const auto check = [&](const auto &entries, std::uint16_t n, const rte_eth_desc_lim &limit) {
    for (const auto *e : entries)
      if (e->request.ndesc != 0 && (n > limit.nb_max || n < limit.nb_min))
        refuse(port, e->label, "NDESC " + std::to_string(n));
  };
  check(port.receivers, port.rx_descriptors, port.info.rx_desc_lim);
  check(port.transmitters, port.tx_descriptors, port.info.tx_desc_lim);
  rte_eth_dev_adjust_nb_rx_tx_desc(port.id, &port.rx_descriptors, &port.tx_descriptors);
}

/// The label of some element that uses the port, for errors that are nobody's in particular.
const std::string &some_label(const PortState &port) {
  return port.receivers.empty() ? port.transmitters.front()->label : port.receivers.front()->label;
}

void check(const PortState &port, int error, const char *what) {
  if (error == 0) return;
  const std::string why = last_complaint();
  fail(some_label(port),
       std::string("cannot ") + what + " port " + std::to_string(port.id) + " (" + port.name +
           "): " + (why.empty() ? rte_strerror(-error) : why),
       "see all DPDK says with --verbose");
}

/// Ties the device's clock to the time of day.
void find_clock(PortState &port) {
  const bool wanted = std::any_of(port.receivers.begin(), port.receivers.end(),
                                  [](const Receiver *e) { return e->request.timestamp; });
  if (!wanted) return;
  PortClock &c = port.clock;
  const int bit = rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, nullptr);
  c.offset = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, nullptr);
  if (bit < 0 || c.offset < 0) refuse(port, port.receivers.front()->label, "TIMESTAMP");
  c.flag = std::uint64_t{1} << bit;
  if (stamps_by_itself(port)) {
    c.scale = std::uint64_t{1000} << 32;
    return;
  }
  std::uint64_t begin = 0, end = 0;
  if (rte_eth_read_clock(port.id, &begin) != 0) return;  // ns since the epoch already
  timespec t0{}, t1{};
  const timespec pause{.tv_sec = 0, .tv_nsec = 20'000'000};
  clock_gettime(CLOCK_REALTIME, &t0);
  nanosleep(&pause, nullptr);
  rte_eth_read_clock(port.id, &end);
  clock_gettime(CLOCK_REALTIME, &t1);
  const auto ns = [](const timespec &t) { return t.tv_sec * 1'000'000'000LL + t.tv_nsec; };
  c.start = begin;
  c.epoch_ns = ns(t0);
  if (end == begin) return;
  const double ns_per_tick =
      static_cast<double>(ns(t1) - ns(t0)) / static_cast<double>(end - begin);
  c.scale = static_cast<std::uint64_t>(ns_per_tick * 0x1p32);
}

/// Power management belongs to a queue and the lcore that polls it.
void prepare_queues(const PortState &port, const Receiver &entry) {
  const RxRequest &r = entry.request;
  for (std::size_t w = 0; w < state().worker_count; ++w) {
    Worker &worker = *state().workers[w].worker;
    for (const RxQueue &q : receive_queues(worker, entry.element)) {
      if (r.power == PowerManagement::none) continue;
      const auto mode = r.power == PowerManagement::monitor ? RTE_POWER_MGMT_TYPE_MONITOR
                        : r.power == PowerManagement::pause ? RTE_POWER_MGMT_TYPE_PAUSE
                                                            : RTE_POWER_MGMT_TYPE_SCALE;
      const int error =
          rte_power_ethdev_pmgmt_queue_enable(state().workers[w].lcore, q.port, q.queue, mode);
      if (error != 0) refuse(port, entry.label, "POWER_MGMT", error);
    }
  }
}

/// Drivers make a queue's interrupt when the port starts, if they can.
void check_interrupts(const PortState &port, const Receiver &entry) {
  if (entry.request.rx_intr < 0) return;
  for (std::size_t w = 0; w < state().worker_count; ++w)
    for (const RxQueue &q : receive_queues(*state().workers[w].worker, entry.element))
      if (rte_eth_dev_rx_intr_ctl_q_get_fd(q.port, q.queue) < 0)
        refuse(port, entry.label, "RX_INTR");
}

/// Configures as many queues as asked for. Some devices insist on as many in either direction;
/// one that is never used does no harm where nothing was to be received.
int configure_queues(PortState &port, const rte_eth_conf &conf) {
  const auto configure = [&] {
    return rte_eth_dev_configure(port.id, static_cast<std::uint16_t>(port.rx_queues),
                                 static_cast<std::uint16_t>(port.tx_queues), &conf);
  };
  const int error = configure();
  if (error == 0 || port.tx_queues == port.rx_queues) return error;
  if (port.tx_queues > port.rx_queues && !port.receivers.empty()) return error;
  port.tx_queues =
      std::min<unsigned>(std::max(port.rx_queues, port.tx_queues), port.info.max_tx_queues);
  port.rx_queues = std::min<unsigned>(port.tx_queues, port.info.max_rx_queues);
  return configure();
}

void describe(const PortState &port) {
  const auto verbose = [](const auto *e) { return e->request.verbose > 0; };
  if (std::none_of(port.receivers.begin(), port.receivers.end(), verbose) &&
      std::none_of(port.transmitters.begin(), port.transmitters.end(), verbose))
    return;
  std::fprintf(stderr,
               "port %u (%s, driver %s): %u receive queues of %u, %u transmit queues of %u, "
               "socket %d\n",
               port.id, port.name.c_str(), port.info.driver_name, port.rx_queues,
               port.rx_descriptors, port.tx_queues, port.tx_descriptors, port.socket);
}

}  // namespace

int pool_socket(const PortState &port) {
  for (const Receiver *e : port.receivers) {
    if (e->request.numa_node >= 0) return e->request.numa_node;
    if (!e->request.numa) return static_cast<int>(rte_socket_id());
  }
  return port.socket;
}

unsigned wanted_mtu(const RxRequest &r) { return r.mtu != 0 ? r.mtu : r.jumbo ? kJumboMtu : 0; }

void configure_port(PortState &port) {
  if (port.driver != nullptr) return port.driver->configure(port);
  rte_eth_conf conf{};
  set_mtu(port, conf);
  set_mode(port, conf);
  conf.rxmode.offloads = receive_offloads(port);
  port.whole = port.whole || comes_whole(port, conf.rxmode.offloads);
  tell_whole(port);
  conf.txmode.offloads = transmit_offloads(port);
  for (const Receiver *e : port.receivers)
    if (e->request.rx_intr >= 0) conf.intr_conf.rxq = 1;
  set_isolation(port);
  // Drivers rarely expect a port without any queue in one direction.
  port.rx_queues = std::max(port.rx_queues, std::min<unsigned>(1, port.info.max_rx_queues));
  port.tx_queues = std::max(port.tx_queues, std::min<unsigned>(1, port.info.max_tx_queues));
  check(port, configure_queues(port, conf), "configure");
  size_rings(port);
  apply_mtu(port);
  take_over(port);
  for (std::uint16_t q = 0; q < port.rx_queues; ++q)
    check(
        port,
        rte_eth_rx_queue_setup(port.id, q, port.rx_descriptors, static_cast<unsigned>(port.socket),
                               nullptr, mbufs_of(pool_socket(port))),
        "set up a receive queue of");
  for (std::uint16_t q = 0; q < port.tx_queues; ++q)
    check(port,
          rte_eth_tx_queue_setup(port.id, q, port.tx_descriptors,
                                 static_cast<unsigned>(port.socket), nullptr),
          "set up a transmit queue of");
  connect_queues(port);
  set_address(port);
}

void start_port(PortState &port) {
  if (port.driver != nullptr) {
    port.driver->start(port);
    port.started = true;
    return describe(port);
  }
  for (const Receiver *e : port.receivers) prepare_queues(port, *e);
  find_clock(port);
  check(port, rte_eth_dev_start(port.id), "start");
  port.started = true;
  fill_queues(port);
  set_promiscuous(port);
  set_pause(port);
  for (const Receiver *e : port.receivers) {
    check_interrupts(port, *e);
    apply_reta(port, *e);
    if (!e->request.flow_rules_file.empty()) load_flow_rules(port, *e);
  }
  if (state().kernel.port_started != nullptr) state().kernel.port_started(port);
  rte_eth_stats_reset(port.id);
  describe(port);
}

}  // namespace runtime

void wait_for_packets(const RxQueue &q) {
  // Interrupts are delivered to the thread that registered for them: the worker's.
  static thread_local std::vector<std::pair<std::uint16_t, std::uint16_t>> registered;
  const std::pair key(q.port, q.queue);
  if (std::find(registered.begin(), registered.end(), key) == registered.end()) {
    rte_eth_dev_rx_intr_ctl_q(q.port, q.queue, RTE_EPOLL_PER_THREAD, RTE_INTR_EVENT_ADD, nullptr);
    registered.push_back(key);
  }
  if (rte_eth_dev_rx_intr_enable(q.port, q.queue) != 0) return;
  rte_epoll_event event{};
  rte_epoll_wait(RTE_EPOLL_PER_THREAD, &event, 1, 1);
  rte_eth_dev_rx_intr_disable(q.port, q.queue);
}

}  // namespace pmill
