// SPDX-License-Identifier: BSD-3-Clause
// One port is set up from everything that elements ask of it. A device that refuses an option is
// an error that names the element and the option.
#include <rte_errno.h>
#include <rte_flow.h>
#include <rte_interrupts.h>
#include <rte_mbuf_dyn.h>
#include <rte_power_pmd_mgmt.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "runtime.hh"

namespace pmill {
namespace runtime {
namespace {

using Receiver = Setup::Entry<RxRequest>;
using Transmitter = Setup::Entry<TxRequest>;

[[noreturn]] void refuse(const PortState &port, const std::string &label, std::string_view option,
                         int error = 0) {
  fail(label,
       "port " + std::to_string(port.id) + " (" + port.name + ", driver " + port.info.driver_name +
           ") does not support " + std::string(option) +
           (error == 0 ? "" : std::string(": ") + rte_strerror(error < 0 ? -error : error)),
       "leave " + std::string(option) + " out, or use a device that can");
}

/// The value that all entries agree on; `unset` ones have no opinion.
template <typename Entry, typename T>
T agreed(const PortState &port, const std::vector<const Entry *> &entries, std::string_view option,
         T unset, auto &&value_of) {
  T value = unset;
  const Entry *first = nullptr;
  for (const Entry *e : entries) {
    const T v = value_of(e->request);
    if (v == unset) continue;
    if (first != nullptr && v != value)
      fail(e->label,
           std::string(option) + " of port " + std::to_string(port.id) + " contradicts " +
               first->label,
           "give both elements the same " + std::string(option));
    value = v;
    first = e;
  }
  return value;
}

struct Offload {
  std::string_view option;
  std::uint64_t flag;
};

/// Sets an offload when any element wants it.
template <typename Entry>
void offload(const PortState &port, const std::vector<const Entry *> &entries, Offload what,
             std::uint64_t capabilities, std::uint64_t &enabled, auto &&wants) {
  for (const Entry *e : entries) {
    if (!wants(e->request)) continue;
    if ((capabilities & what.flag) == 0) refuse(port, e->label, what.option);
    enabled |= what.flag;
  }
}

/// net_pcap offers no timestamp offload, but stamps every packet with its time in the capture,
/// in microseconds.
bool stamps_by_itself(const PortState &port) {
  return std::string_view(port.info.driver_name) == "net_pcap";
}

std::uint64_t receive_offloads(const PortState &port) {
  const auto &who = port.receivers;
  const std::uint64_t can = port.info.rx_offload_capa;
  std::uint64_t on = 0;
  const auto set = [&](std::string_view option, std::uint64_t flag, bool RxRequest::*member) {
    offload(port, who, {option, flag}, can, on, [=](const RxRequest &r) { return r.*member; });
  };
  const auto set_common = [&](std::string_view option, std::uint64_t flag,
                              bool QueueRequest::*member) {
    offload(port, who, {option, flag}, can, on, [=](const RxRequest &r) { return r.*member; });
  };
  set("VLAN_FILTER", RTE_ETH_RX_OFFLOAD_VLAN_FILTER, &RxRequest::vlan_filter);
  set("VLAN_STRIP", RTE_ETH_RX_OFFLOAD_VLAN_STRIP, &RxRequest::vlan_strip);
  set("VLAN_EXTEND", RTE_ETH_RX_OFFLOAD_VLAN_EXTEND, &RxRequest::vlan_extend);
  set("LRO", RTE_ETH_RX_OFFLOAD_TCP_LRO, &RxRequest::lro);
  set_common("IPCO", RTE_ETH_RX_OFFLOAD_IPV4_CKSUM, &QueueRequest::ipco);
  set_common("TCO", RTE_ETH_RX_OFFLOAD_TCP_CKSUM, &QueueRequest::tco);
  set_common("UCO", RTE_ETH_RX_OFFLOAD_UDP_CKSUM, &QueueRequest::uco);
  if (!stamps_by_itself(port))
    set("TIMESTAMP", RTE_ETH_RX_OFFLOAD_TIMESTAMP, &RxRequest::timestamp);
  for (const Receiver *e : who) {
    if (!e->request.rss_aggregate) continue;
    if ((can & RTE_ETH_RX_OFFLOAD_RSS_HASH) == 0 && port.info.flow_type_rss_offloads == 0)
      refuse(port, e->label, "RSS_AGGREGATE");
    on |= can & RTE_ETH_RX_OFFLOAD_RSS_HASH;
  }
  // Frames longer than a buffer come in several; a device that can do that is allowed to.
  return on | (can & RTE_ETH_RX_OFFLOAD_SCATTER);
}

std::uint64_t transmit_offloads(const PortState &port) {
  const auto &who = port.transmitters;
  const std::uint64_t can = port.info.tx_offload_capa;
  std::uint64_t on = 0;
  offload(port, who, {"TSO", RTE_ETH_TX_OFFLOAD_TCP_TSO}, can, on,
          [](const TxRequest &r) { return r.tso; });
  offload(port, who, {"IPCO", RTE_ETH_TX_OFFLOAD_IPV4_CKSUM}, can, on,
          [](const TxRequest &r) { return r.ipco; });
  offload(port, who, {"TCO", RTE_ETH_TX_OFFLOAD_TCP_CKSUM}, can, on,
          [](const TxRequest &r) { return r.tco; });
  offload(port, who, {"UCO", RTE_ETH_TX_OFFLOAD_UDP_CKSUM}, can, on,
          [](const TxRequest &r) { return r.uco; });
  // No buffer has two owners, so with a single pool the device may free without looking.
  if (state().pools.size() == 1) on |= can & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
  return on;
}

constexpr std::uint64_t kHashedFields = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP;

/// VMDq pools: VF_POOLS of them, the VLANs of VF_VLAN dealt out in turn.
void set_pools(const PortState &port, const Receiver &entry, rte_eth_conf &conf) {
  const RxRequest &r = entry.request;
  if (r.vf_pools == 0 || r.vf_pools > port.info.max_vmdq_pools)
    refuse(port, entry.label, r.vf_pools == 0 ? "MODE vmdq without VF_POOLS" : "VF_POOLS");
  if (r.vf_vlan.size() > RTE_ETH_VMDQ_MAX_VLAN_FILTERS) refuse(port, entry.label, "VF_VLAN");
  auto deal = [&](auto &c) {
    c.nb_queue_pools = static_cast<rte_eth_nb_pools>(r.vf_pools);
    c.nb_pool_maps = static_cast<std::uint8_t>(r.vf_vlan.size());
    for (std::size_t i = 0; i < r.vf_vlan.size(); ++i)
      c.pool_map[i] = {r.vf_vlan[i], std::uint64_t{1} << (i % r.vf_pools)};
  };
  if (r.mode == RxMode::vmdq_dcb || r.mode == RxMode::vmdq_dcb_rss)
    deal(conf.rx_adv_conf.vmdq_dcb_conf);
  else
    deal(conf.rx_adv_conf.vmdq_rx_conf);
}

void set_mode(const PortState &port, rte_eth_conf &conf) {
  const RxMode mode = agreed<Receiver>(port, port.receivers, "MODE", RxMode::unset,
                                       [](const RxRequest &r) { return r.mode; });
  const Receiver *asker = nullptr;
  bool wants_hash = false;
  for (const Receiver *e : port.receivers) {
    if (e->request.mode != RxMode::unset) asker = e;
    wants_hash = wants_hash || e->request.rss_aggregate;
  }
  const std::uint64_t hashed = port.info.flow_type_rss_offloads & kHashedFields;
  const auto spread = [&] { conf.rx_adv_conf.rss_conf.rss_hf = hashed; };
  switch (mode) {
    case RxMode::none:
    case RxMode::flow:
      break;
    case RxMode::unset:
      if (hashed == 0 || (port.rx_queues < 2 && !wants_hash)) break;
      conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
      spread();
      break;
    case RxMode::rss:
      if (hashed == 0) refuse(port, asker->label, "MODE rss");
      conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
      spread();
      break;
    case RxMode::vmdq:
    case RxMode::vmdq_dcb:
      conf.rxmode.mq_mode = mode == RxMode::vmdq ? RTE_ETH_MQ_RX_VMDQ_ONLY : RTE_ETH_MQ_RX_VMDQ_DCB;
      set_pools(port, *asker, conf);
      break;
    case RxMode::vmdq_rss:
    case RxMode::vmdq_dcb_rss:
      if (hashed == 0) refuse(port, asker->label, "MODE with rss");
      conf.rxmode.mq_mode =
          mode == RxMode::vmdq_rss ? RTE_ETH_MQ_RX_VMDQ_RSS : RTE_ETH_MQ_RX_VMDQ_DCB_RSS;
      spread();
      set_pools(port, *asker, conf);
      break;
  }
}

void set_mtu(PortState &port, rte_eth_conf &conf) {
  const unsigned mtu = agreed<Receiver>(port, port.receivers, "MTU", 0u, wanted_mtu);
  if (mtu == 0) return;
  for (const Receiver *e : port.receivers) {
    const bool refused = e->request.mtu != 0 &&
                         (e->request.mtu > port.info.max_mtu || e->request.mtu < port.info.min_mtu);
    if (refused) refuse(port, e->label, "MTU " + std::to_string(e->request.mtu));
  }
  port.mtu = std::min<std::uint32_t>(mtu, port.info.max_mtu);
  conf.rxmode.mtu = port.mtu;
}

/// Applies the MTU to the device. A driver without a way to is right only if it has no limit.
void apply_mtu(const PortState &port) {
  if (port.mtu == 0) return;
  const int error = rte_eth_dev_set_mtu(port.id, static_cast<std::uint16_t>(port.mtu));
  if (error == 0 || (error == -ENOTSUP && port.info.max_mtu == UINT16_MAX)) return;
  for (const Receiver *e : port.receivers)
    if (wanted_mtu(e->request) != 0)
      refuse(port, e->label, e->request.jumbo ? "JUMBO" : "MTU", error);
}

void set_address(const PortState &port) {
  const EtherAddress mac = agreed<Receiver>(port, port.receivers, "MAC", EtherAddress{},
                                            [](const RxRequest &r) { return r.mac; });
  if (mac == EtherAddress{}) return;
  rte_ether_addr address{};
  std::copy(mac.octets.begin(), mac.octets.end(), address.addr_bytes);
  const int error = rte_eth_dev_default_mac_addr_set(port.id, &address);
  for (const Receiver *e : port.receivers)
    if (error != 0 && e->request.mac == mac) refuse(port, e->label, "MAC", error);
}

void set_pause(const PortState &port) {
  const PauseMode pause = agreed<Receiver>(port, port.receivers, "PAUSE", PauseMode::unset,
                                           [](const RxRequest &r) { return r.pause; });
  if (pause == PauseMode::unset) return;
  rte_eth_fc_conf conf{};
  int error = rte_eth_dev_flow_ctrl_get(port.id, &conf);
  conf.mode = pause == PauseMode::none ? RTE_ETH_FC_NONE
              : pause == PauseMode::rx ? RTE_ETH_FC_RX_PAUSE
              : pause == PauseMode::tx ? RTE_ETH_FC_TX_PAUSE
                                       : RTE_ETH_FC_FULL;
  if (error == 0) error = rte_eth_dev_flow_ctrl_set(port.id, &conf);
  for (const Receiver *e : port.receivers)
    if (error != 0 && e->request.pause == pause) refuse(port, e->label, "PAUSE", error);
}

void set_promiscuous(const PortState &port) {
  for (const Receiver *e : port.receivers) {
    if (!e->request.promisc) continue;
    // A virtual device that cannot has no filter to switch off.
    const int error = rte_eth_promiscuous_enable(port.id);
    if (error != 0 && error != -ENOTSUP) refuse(port, e->label, "PROMISC", error);
  }
}

void set_isolation(const PortState &port) {
  for (const Receiver *e : port.receivers) {
    if (!e->request.flow_isolate) continue;
    rte_flow_error error{};
    if (rte_flow_isolate(port.id, 1, &error) != 0)
      refuse(port, e->label, "FLOW_ISOLATE", rte_errno);
  }
}

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

int pool_socket(const PortState &port) {
  for (const Receiver *e : port.receivers) {
    if (e->request.numa_node >= 0) return e->request.numa_node;
    if (!e->request.numa) return static_cast<int>(rte_socket_id());
  }
  return port.socket;
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

/// Spreads flows over the first MAX_RSS queues only, through RETA_SIZE table entries.
void apply_reta(const PortState &port, const Receiver &entry) {
  const RxRequest &r = entry.request;
  if (r.max_rss == 0 && r.reta_size == 0) return;
  const std::string_view option = r.max_rss != 0 ? "MAX_RSS" : "RETA_SIZE";
  if (port.info.reta_size == 0 || r.reta_size > port.info.reta_size)
    refuse(port, entry.label, option);
  const unsigned queues = r.max_rss == 0 ? port.rx_queues : std::min(r.max_rss, port.rx_queues);
  const unsigned period = r.reta_size == 0 ? port.info.reta_size : r.reta_size;
  std::vector<rte_eth_rss_reta_entry64> table((port.info.reta_size + 63u) / 64);
  for (unsigned i = 0; i < port.info.reta_size; ++i) {
    table[i / 64].mask |= std::uint64_t{1} << (i % 64);
    table[i / 64].reta[i % 64] = static_cast<std::uint16_t>(i % period % queues);
  }
  const int error = rte_eth_dev_rss_reta_update(port.id, table.data(), port.info.reta_size);
  if (error != 0) refuse(port, entry.label, option, error);
}

/// Power management and interrupts belong to a queue and the lcore that polls it.
void prepare_queues(const PortState &port, const Receiver &entry) {
  const RxRequest &r = entry.request;
  for (std::size_t w = 0; w < state().worker_count; ++w) {
    Worker &worker = *state().workers[w].worker;
    for (const RxQueue &q : receive_queues(worker, entry.element)) {
      if (r.rx_intr >= 0) {
        if (rte_eth_dev_rx_intr_ctl_q_get_fd(q.port, q.queue) < 0)
          refuse(port, entry.label, "RX_INTR");
      }
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

unsigned wanted_mtu(const RxRequest &r) { return r.mtu != 0 ? r.mtu : r.jumbo ? kJumboMtu : 0; }

void configure_port(PortState &port) {
  rte_eth_conf conf{};
  set_mtu(port, conf);
  set_mode(port, conf);
  conf.rxmode.offloads = receive_offloads(port);
  conf.txmode.offloads = transmit_offloads(port);
  for (const Receiver *e : port.receivers)
    if (e->request.rx_intr >= 0) conf.intr_conf.rxq = 1;
  set_isolation(port);
  // Drivers rarely expect a port without any queue in one direction.
  port.rx_queues = std::max(port.rx_queues, std::min<unsigned>(1, port.info.max_rx_queues));
  port.tx_queues = std::max(port.tx_queues, std::min<unsigned>(1, port.info.max_tx_queues));
  check(port,
        rte_eth_dev_configure(port.id, static_cast<std::uint16_t>(port.rx_queues),
                              static_cast<std::uint16_t>(port.tx_queues), &conf),
        "configure");
  size_rings(port);
  apply_mtu(port);
  for (std::uint16_t q = 0; q < port.rx_queues; ++q)
    check(
        port,
        rte_eth_rx_queue_setup(port.id, q, port.rx_descriptors, static_cast<unsigned>(port.socket),
                               nullptr, pool_of(pool_socket(port))),
        "set up a receive queue of");
  for (std::uint16_t q = 0; q < port.tx_queues; ++q)
    check(port,
          rte_eth_tx_queue_setup(port.id, q, port.tx_descriptors,
                                 static_cast<unsigned>(port.socket), nullptr),
          "set up a transmit queue of");
  set_address(port);
}

void start_port(PortState &port) {
  for (const Receiver *e : port.receivers) prepare_queues(port, *e);
  find_clock(port);
  check(port, rte_eth_dev_start(port.id), "start");
  port.started = true;
  set_promiscuous(port);
  set_pause(port);
  for (const Receiver *e : port.receivers) {
    apply_reta(port, *e);
    if (!e->request.flow_rules_file.empty()) load_flow_rules(port, *e);
  }
  rte_eth_stats_reset(port.id);
  describe(port);
}

}  // namespace runtime

bool linearize(Buffer b) {
  if (b->pkt_len - b->data_len > rte_pktmbuf_tailroom(b)) return false;
  return rte_pktmbuf_linearize(b) == 0;
}

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
