// SPDX-License-Identifier: BSD-3-Clause
// Which ports the elements mean, and which worker has which of their queues.
#include <rte_bus.h>
#include <rte_errno.h>

#include <algorithm>
#include <charconv>

#include "runtime.hh"

namespace pmill {
namespace runtime {
namespace {

/// The queues of an element: of each worker, any number to receive from and one to transmit to.
struct ReceiveQueues {
  std::string element;
  std::vector<std::vector<RxQueue>> by_worker;
};
struct TransmitQueues {
  std::string element;
  std::vector<TxQueue> by_worker;
};
std::deque<ReceiveQueues> g_receive;
std::deque<TransmitQueues> g_transmit;

/// What is known of an element; nullptr when nothing is.
template <typename Queues>
Queues *find(std::deque<Queues> &all, std::string_view element) {
  for (Queues &queues : all)
    if (queues.element == element) return &queues;
  return nullptr;
}

/// Those who use a queue; a deque, so that locks stay where they are.
QueueUse &use_of(std::deque<QueueUse> &uses, unsigned queue) {
  while (uses.size() <= queue) uses.emplace_back();
  return uses[queue];
}

/// The ports EAL has, as a message lists them.
std::string known_ports() {
  std::vector<std::string> all;
  std::uint16_t id = 0;
  RTE_ETH_FOREACH_DEV(id) {
    char name[RTE_ETH_NAME_MAX_LEN];
    if (rte_eth_dev_get_name_by_port(id, name) == 0) all.push_back(std::to_string(id) + " " + name);
  }
  return all.empty() ? "DPDK has no port at all" : "DPDK has the ports " + joined(all);
}

std::optional<std::uint16_t> find_port(const std::string &asked) {
  const std::string text = device_name(asked);
  std::uint16_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc{} && end == text.data() + text.size())
    return rte_eth_dev_is_valid_port(id) ? std::optional(id) : std::nullopt;
  if (rte_eth_dev_get_port_by_name(text.c_str(), &id) == 0) return id;
  // A PCI address may be written without its domain.
  if (rte_eth_dev_get_port_by_name(("0000:" + text).c_str(), &id) == 0) return id;
  return {};
}

/// A port that is none of DPDK's, which `make` makes: it has a number that DPDK gives to nobody.
PortState *own_port(const std::string &name, bool (*make)(std::string_view, PortState &)) {
  for (PortState &port : ports())
    if (port.name == name) return &port;
  PortState port;
  port.name = name;
  const bool is_xdp = name.starts_with(kXdpPrefix);
  if (!make(std::string_view(name).substr(is_xdp ? kXdpPrefix.size() : 0), port)) return nullptr;
  const auto is_taken = [](std::uint16_t id) {
    return rte_eth_dev_is_valid_port(id) ||
           std::any_of(ports().begin(), ports().end(), [=](const auto &p) { return p.id == id; });
  };
  while (is_taken(port.id)) ++port.id;
  return &ports().emplace_back(std::move(port));
}

template <typename Request>
PortState *port_of(const Setup::Entry<Request> &entry) {
  if (const auto make = state().library.make_port; make != nullptr) {
    if (PortState *port = own_port(entry.port, make); port != nullptr) return port;
    fail(entry.label, "DPDK has no number left for port " + quoted(entry.port),
         "it has " + std::to_string(RTE_MAX_ETHPORTS) + ", for the application's and for these");
  }
  if (entry.port.starts_with(kXdpPrefix)) return own_port(entry.port, state().xdp.make_port);
  const auto id = find_port(entry.port);
  if (!id) {
    if (entry.request.allow_nonexistent) return nullptr;
    const bool number = entry.port.find_first_not_of("0123456789") == std::string::npos;
    const bool pci = entry.port.find(':') != std::string::npos;
    fail(entry.label, "there is no port " + quoted(entry.port) + "; " + known_ports(),
         (pci ? "bind the device to a DPDK driver (dpdk-devbind.py --bind=vfio-pci " + entry.port +
                    ") and allow it: -- -a " + entry.port
              : "give the program a device, for example -- --vdev " +
                    (number ? "net_pcap0,rx_pcap=in.pcap,tx_pcap=out.pcap" : entry.port)) +
             "; " + about_nics() + std::string(kDoctor));
  }
  for (auto &port : ports())
    if (port.id == *id) return &port;
  PortState &port = ports().emplace_back();
  port.id = *id;
  char name[RTE_ETH_NAME_MAX_LEN] = "";
  rte_eth_dev_get_name_by_port(*id, name);
  port.name = name;
  if (const int error = rte_eth_dev_info_get(*id, &port.info); error != 0)
    fail(entry.label,
         "port " + entry.port + " (" + port.name + ") does not answer: " + rte_strerror(-error));
  port.socket = std::max(0, rte_eth_dev_socket_id(*id));
  return &port;
}

[[noreturn]] void too_many(const std::string &label, const PortState &port, unsigned last,
                           unsigned have, const char *kind) {
  fail(label,
       "port " + std::to_string(port.id) + " (" + port.name + ") has " + std::to_string(have) +
           " " + kind + " queue" + (have == 1 ? "" : "s") + "; queue " + std::to_string(last) +
           " was asked for",
       port.fills_all ? "give the interface more (ethtool -L), or lower QUEUE and N_QUEUES"
                      : "use fewer elements on the port, or lower QUEUE and N_QUEUES");
}

/// How many workers serve the queues of an element.
unsigned threads_of(const RxRequest &r, unsigned workers) {
  if (r.home != kAnyWorker) return 1;
  return r.max_threads > 0 ? std::min(workers, static_cast<unsigned>(r.max_threads)) : workers;
}

/// The first of them; `idlest` is the worker with the least to do.
unsigned first_worker(const Setup::Entry<RxRequest> &entry, unsigned workers, unsigned idlest) {
  const RxRequest &r = entry.request;
  if (r.home != kAnyWorker) return worker_at(r.home, workers);
  if (r.thread_offset < 0) return idlest;
  const auto first = static_cast<unsigned>(r.thread_offset);
  if (first >= workers)
    std::fprintf(stderr,
                 "warning: %s: THREADOFFSET: there is no worker %u; worker %u is the first\n",
                 entry.label.c_str(), first, first % workers);
  return first % workers;
}

/// The receive queues of one element: [first, first + count).
struct Range {
  unsigned first = 0, count = 0;
};

Range choose_receive_queues(const PortState &port, const Setup::Entry<RxRequest> &entry,
                            unsigned workers, unsigned next) {
  const RxRequest &r = entry.request;
  const unsigned threads = threads_of(r, workers);
  Range range{.first = r.queue >= 0 ? static_cast<unsigned>(r.queue) : next};
  const unsigned have = port.info.max_rx_queues;
  if (range.first >= have) too_many(entry.label, port, range.first, have, "receive");
  if (r.n_queues > 0) {
    range.count = static_cast<unsigned>(r.n_queues);
    if (range.first + range.count > have)
      too_many(entry.label, port, range.first + range.count - 1, have, "receive");
    return range;
  }
  // An interface of the kernel spreads frames over all its queues, whoever takes them.
  const unsigned usual = port.fills_all ? have - range.first : threads;
  range.count = r.queue >= 0 ? 1 : std::min(std::max(usual, r.min_queues), r.max_queues);
  if (range.first + std::min(range.count, r.min_queues) > have)
    too_many(entry.label, port, range.first + r.min_queues - 1, have, "receive");
  range.count = std::min(range.count, have - range.first);
  return range;
}

/// Whether the driver itself writes the bytes of packets, so that they are in this processor's
/// cache: drivers of virtual devices do, but for AF_XDP, whose buffers the kernel fills.
bool copies_packets(const rte_eth_dev_info &info) {
  return is_virtual(info) && std::string_view(info.driver_name) != "net_af_xdp";
}

/// Gives an element's queues to workers; `load` counts the queues that each has.
void share_out(PortState &port, const Setup::Entry<RxRequest> &entry, Range range,
               std::vector<unsigned> &load) {
  const auto workers = static_cast<unsigned>(load.size());
  const RxRequest &r = entry.request;
  ReceiveQueues *known = find(g_receive, entry.element);
  if (known == nullptr) known = &g_receive.emplace_back(ReceiveQueues{entry.element, {}});
  auto &mine = known->by_worker;
  mine.resize(workers);
  const unsigned threads = threads_of(r, workers);
  const auto idlest =
      static_cast<unsigned>(std::min_element(load.begin(), load.end()) - load.begin());
  const unsigned offset = first_worker(entry, workers, idlest);
  const unsigned shares = r.scale == Scale::share ? std::max(threads, range.count) : range.count;
  for (unsigned i = 0; i < shares; ++i) {
    const unsigned worker = (offset + i % threads) % workers;
    const unsigned queue = range.first + i % range.count;
    RxQueue q{.port = port.id, .queue = static_cast<std::uint16_t>(queue), .clock = &port.clock};
    q.data_at = static_cast<std::uint16_t>(
        sizeof(rte_mbuf) + buffer::mbuf_private_bytes(state().setup->packet_bytes()) +
        RTE_PKTMBUF_HEADROOM);
    if (copies_packets(port.info)) q.group = r.burst, q.ahead = 0;
    mine[worker].push_back(q);
    ++load[worker];
    use_of(port.rx_users, queue).workers.push_back(worker);
  }
  port.rx_queues = std::max(port.rx_queues, range.first + range.count);
}

/// The lock of a queue that several workers use; nullptr of others.
rte_spinlock_t *lock_of(std::uint16_t id, unsigned queue, std::deque<QueueUse> PortState::*uses) {
  for (PortState &port : ports()) {
    if (port.id != id) continue;
    QueueUse &use = use_of(port.*uses, queue);
    return use.workers.size() < 2 ? nullptr : &use.lock;
  }
  return nullptr;
}

/// Locks for the receive queues that several workers poll.
void lock_shared_queues() {
  for (auto &[element, by_worker] : g_receive)
    for (auto &queues : by_worker)
      for (RxQueue &q : queues) q.lock = lock_of(q.port, q.queue, &PortState::rx_users);
}

/// Whether the device has as many queues to transmit to as to receive from.
bool has_as_many(const PortState &port) {
  return std::string_view(port.info.driver_name) == "net_tap";
}

void assign_transmit(PortState &port, const Setup::Entry<TxRequest> &entry, unsigned workers) {
  const TxRequest &r = entry.request;
  const unsigned have = port.info.max_tx_queues;
  const unsigned first = r.queue >= 0 ? static_cast<unsigned>(r.queue) : 0;
  unsigned count = r.n_queues > 0 ? static_cast<unsigned>(r.n_queues)
                   : r.queue >= 0 ? 1
                                  : std::min(workers, std::max(1u, r.max_queues));
  if (first >= have) too_many(entry.label, port, first, have, "transmit");
  if (r.n_queues > 0 && first + count > have)
    too_many(entry.label, port, first + count - 1, have, "transmit");
  count = std::min(count, have - first);
  // One more to receive from would get packets that nobody takes: rather share those to transmit
  // to.
  if (r.n_queues <= 0 && has_as_many(port) && !port.receivers.empty() && port.rx_queues > first)
    count = std::min(count, port.rx_queues - first);
  TransmitQueues *known = find(g_transmit, entry.element);
  if (known == nullptr) known = &g_transmit.emplace_back(TransmitQueues{entry.element, {}});
  auto &mine = known->by_worker;
  for (unsigned worker = 0; worker < workers; ++worker) {
    const unsigned queue = first + worker % count;
    mine.push_back({.port = port.id, .queue = static_cast<std::uint16_t>(queue)});
    auto &users = use_of(port.tx_users, queue).workers;
    if (std::find(users.begin(), users.end(), worker) == users.end()) users.push_back(worker);
  }
  port.tx_queues = std::max(port.tx_queues, first + count);
}

void lock_shared_transmit_queues() {
  for (auto &[element, by_worker] : g_transmit)
    for (TxQueue &q : by_worker) q.lock = lock_of(q.port, q.queue, &PortState::tx_users);
}

/// Explicit queues first, so that the others get what is left.
void assign_receive(PortState &port, std::vector<unsigned> &load) {
  const auto workers = static_cast<unsigned>(load.size());
  unsigned next = 0;
  for (const bool explicitly : {true, false})
    for (const auto *entry : port.receivers) {
      if ((entry->request.queue >= 0) != explicitly) continue;
      const Range range = choose_receive_queues(port, *entry, workers, next);
      share_out(port, *entry, range, load);
      next = std::max(next, range.first + range.count);
    }
}

}  // namespace

std::deque<PortState> &ports() {
  static std::deque<PortState> all;
  return all;
}

void assign_ports(const Setup &setup, unsigned workers) {
  for (const auto &entry : setup.receive())
    if (PortState *port = port_of(entry); port != nullptr) port->receivers.push_back(&entry);
  for (const auto &entry : setup.transmit())
    if (PortState *port = port_of(entry); port != nullptr) port->transmitters.push_back(&entry);
  std::vector<unsigned> load(workers, 0);
  for (PortState &port : ports()) {
    assign_receive(port, load);
    for (const auto *entry : port.transmitters) assign_transmit(port, *entry, workers);
  }
  lock_shared_queues();
  lock_shared_transmit_queues();
}

bool is_virtual(const rte_eth_dev_info &info) {
  const rte_bus *bus = info.device == nullptr ? nullptr : rte_dev_bus(info.device);
  return bus != nullptr && std::string_view(rte_bus_name(bus)) == "vdev";
}

void tell_whole(const PortState &port) {
  for (auto &[element, by_worker] : g_receive)
    for (auto &queues : by_worker)
      for (RxQueue &q : queues)
        if (q.port == port.id) q.whole = port.whole;
}

#ifdef PMILL_METADATA_XCHANGE
void share_exchanged(const PortState &port) {
  for (auto &[element, by_worker] : g_receive)
    for (auto &queues : by_worker)
      for (RxQueue &q : queues)
        if (q.port == port.id) q.exchanged = port.exchanged_rx[q.queue];
  for (auto &[element, by_worker] : g_transmit)
    for (TxQueue &q : by_worker)
      if (q.port == port.id) q.exchanged = port.exchanged_tx[q.queue];
}
#endif

}  // namespace runtime

std::span<const RxQueue> receive_queues(const Worker &worker, std::string_view element) {
  const auto *found = runtime::find(runtime::g_receive, element);
  if (found == nullptr) return {};
  return found->by_worker[worker.index];
}

const TxQueue *transmit_queue(const Worker &worker, std::string_view element) {
  const auto *found = runtime::find(runtime::g_transmit, element);
  return found == nullptr ? nullptr : &found->by_worker[worker.index];
}

PortCounts receive_counts(std::string_view element) {
  const auto *found = runtime::find(runtime::g_receive, element);
  if (found == nullptr) return {};
  for (const auto &queues : found->by_worker)
    if (!queues.empty()) return port_counts(queues.front().port);
  return {};
}

PortCounts transmit_counts(std::string_view element) {
  const auto *found = runtime::find(runtime::g_transmit, element);
  return found == nullptr ? PortCounts{} : port_counts(found->by_worker[0].port);
}

PortCounts port_counts(std::uint16_t port) {
  for (const runtime::PortState &p : runtime::ports())
    if (p.id == port && p.driver != nullptr) return p.driver->counts();
  rte_eth_stats s{};
  if (rte_eth_stats_get(port, &s) != 0) return {};
  return {.rx_packets = s.ipackets,
          .rx_bytes = s.ibytes,
          .rx_missed = s.imissed,
          .rx_errors = s.ierrors,
          .rx_no_buffer = s.rx_nombuf,
          .tx_packets = s.opackets,
          .tx_bytes = s.obytes,
          .tx_errors = s.oerrors};
}

}  // namespace pmill
