// SPDX-License-Identifier: BSD-3-Clause
// Checks of net_pmill through DPDK's ethdev API, as any program uses it; and of its hash.
//
//   checks NAME [EAL ARGUMENT]…
//
// Exits with 0, or says what is wrong and exits with 1.
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace {

rte_mempool *g_pool;
unsigned g_buffers = 8191;

#define CHECK(what)                                                         \
  do {                                                                      \
    if (!(what)) {                                                          \
      std::fprintf(stderr, "line %d: %s does not hold\n", __LINE__, #what); \
      std::exit(1);                                                         \
    }                                                                       \
  } while (0)
#define CHECK_EQUAL(a, b)                                                                 \
  do {                                                                                    \
    const auto left = static_cast<long long>(a), right = static_cast<long long>(b);       \
    if (left != right) {                                                                  \
      std::fprintf(stderr, "line %d: %s is %lld, not %lld\n", __LINE__, #a, left, right); \
      std::exit(1);                                                                       \
    }                                                                                     \
  } while (0)

struct Options {
  unsigned rx_queues = 1, tx_queues = 1, descriptors = 256;
  std::uint64_t offloads = 0;
  bool promiscuous = true;
};

void set_up(std::uint16_t port, const Options &o) {
  rte_eth_conf conf{};
  conf.rxmode.offloads = o.offloads;
  conf.rxmode.mq_mode = o.rx_queues > 1 ? RTE_ETH_MQ_RX_RSS : RTE_ETH_MQ_RX_NONE;
  conf.rx_adv_conf.rss_conf.rss_hf = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_UDP;
  const auto rx = static_cast<std::uint16_t>(o.rx_queues),
             tx = static_cast<std::uint16_t>(o.tx_queues);
  const auto descriptors = static_cast<std::uint16_t>(o.descriptors);
  CHECK_EQUAL(rte_eth_dev_configure(port, rx, tx, &conf), 0);
  for (std::uint16_t q = 0; q < rx; ++q)
    CHECK_EQUAL(rte_eth_rx_queue_setup(port, q, descriptors, 0, nullptr, g_pool), 0);
  for (std::uint16_t q = 0; q < tx; ++q)
    CHECK_EQUAL(rte_eth_tx_queue_setup(port, q, descriptors, 0, nullptr), 0);
  CHECK_EQUAL(o.promiscuous ? rte_eth_promiscuous_enable(port) : 0, 0);
  CHECK_EQUAL(rte_eth_dev_start(port), 0);
}

std::uint64_t extra(std::uint16_t port, const std::string &name) {
  std::uint64_t id = 0, value = 0;
  CHECK_EQUAL(rte_eth_xstats_get_id_by_name(port, name.c_str(), &id), 0);
  CHECK_EQUAL(rte_eth_xstats_get_by_id(port, &id, &value, 1), 1);
  return value;
}

rte_eth_stats stats(std::uint16_t port) {
  rte_eth_stats s{};
  CHECK_EQUAL(rte_eth_stats_get(port, &s), 0);
  return s;
}

/// Every frame that arrived is delivered, missed, filtered or too long.
void check_sum(std::uint16_t port) {
  const rte_eth_stats s = stats(port);
  CHECK_EQUAL(extra(port, "rx_wire_packets"),
              s.ipackets + s.imissed + s.ierrors + extra(port, "rx_filtered_packets"));
}

void check_buffers() { CHECK_EQUAL(rte_mempool_avail_count(g_pool), g_buffers); }

/// Polls until `wanted` frames came, or long enough nothing; hands them to `use`, which owns them.
template <typename Use>
std::uint64_t receive(std::uint16_t port, std::uint16_t queue, std::uint64_t wanted, Use use) {
  std::uint64_t got = 0, last = rte_rdtsc();
  const std::uint64_t patience = rte_get_tsc_hz() / 2;
  while (got < wanted && rte_rdtsc() - last < patience) {
    rte_mbuf *burst[32];
    const std::uint16_t n = rte_eth_rx_burst(port, queue, burst, 32);
    for (std::uint16_t i = 0; i < n; ++i) use(burst[i]);
    got += n;
    if (n != 0) last = rte_rdtsc();
  }
  return got;
}

void drop(rte_mbuf *m) { rte_pktmbuf_free(m); }

// --- the checks --------------------------------------------------------------------------------

/// Frames of the capture arrive as they are, in order, and can be sent as they came.
void check_forward() {
  set_up(0, {});
  set_up(1, {});
  std::uint64_t sent = 0;
  const std::uint64_t got = receive(0, 0, ~std::uint64_t{0}, [&](rte_mbuf *m) {
    while (rte_eth_tx_burst(1, 0, &m, 1) == 0) {
    }
    ++sent;
  });
  CHECK_EQUAL(rte_eth_dev_stop(0), 0);
  CHECK_EQUAL(rte_eth_dev_stop(1), 0);
  CHECK_EQUAL(stats(0).ipackets, got);
  CHECK_EQUAL(stats(1).opackets, sent);
  CHECK_EQUAL(stats(0).imissed + stats(0).ierrors + stats(0).rx_nombuf, 0);
  std::printf("%llu\n", static_cast<unsigned long long>(got));
  check_sum(0);
  check_buffers();
}

/// The queue of each frame is the RETA's; a changed RETA counts for what comes later.
void check_reta() {
  constexpr unsigned kQueues = 4;
  set_up(0, {.rx_queues = kQueues});
  rte_eth_rss_reta_entry64 reta[2]{};
  reta[0].mask = reta[1].mask = ~std::uint64_t{0};
  CHECK_EQUAL(rte_eth_dev_rss_reta_query(0, reta, 128), 0);
  for (unsigned i = 0; i < 128; ++i) CHECK_EQUAL(reta[i / 64].reta[i % 64], i % kQueues);
  for (unsigned i = 0; i < 128; ++i) reta[i / 64].reta[i % 64] = i < 96 ? 3 : 1;
  CHECK_EQUAL(rte_eth_dev_rss_reta_update(0, reta, 128), 0);
  std::map<unsigned, std::uint64_t> seen;
  std::uint64_t got = 0;
  const std::uint64_t end = rte_rdtsc() + 20 * rte_get_tsc_hz();
  while (got < 2000 && rte_rdtsc() < end)
    for (std::uint16_t q = 0; q < kQueues; ++q) {
      rte_mbuf *burst[32];
      const std::uint16_t n = rte_eth_rx_burst(0, q, burst, 32);
      for (std::uint16_t i = 0; i < n; ++i) {
        CHECK((burst[i]->ol_flags & RTE_MBUF_F_RX_RSS_HASH) != 0);
        const unsigned entry = burst[i]->hash.rss % 128;
        CHECK_EQUAL(q, reta[entry / 64].reta[entry % 64]);
        ++seen[q];
        drop(burst[i]);
      }
      got += n;
    }
  CHECK(got >= 2000);
  CHECK(seen[3] > seen[1] && seen[1] > 0 && seen[0] == 0 && seen[2] == 0);
  CHECK_EQUAL(rte_eth_dev_stop(0), 0);
  const rte_eth_stats s = stats(0);
  CHECK_EQUAL(s.q_ipackets[1] + s.q_ipackets[3], s.ipackets);
  check_sum(0);
  reta[0].reta[0] = 9;
  CHECK(rte_eth_dev_rss_reta_update(0, reta, 128) < 0);
  check_buffers();
}

/// Without promiscuity only what is for the host arrives.
void check_filter() {
  set_up(0, {.promiscuous = false});
  CHECK_EQUAL(receive(0, 0, 1, drop), 0);
  CHECK(extra(0, "rx_filtered_packets") > 0);
  rte_ether_addr wanted{{0x02, 0, 0, 0, 0, 0x01}};  // what the generator sends to
  CHECK_EQUAL(rte_eth_dev_default_mac_addr_set(0, &wanted), 0);
  CHECK_EQUAL(receive(0, 0, 1000, drop) >= 1000, true);
  CHECK_EQUAL(rte_eth_dev_stop(0), 0);
  check_sum(0);
  check_buffers();
}

/// At a rate, a slow host misses frames, and each is counted.
void check_rate() {
  set_up(0, {.descriptors = 64});
  rte_mbuf *burst[32];
  rte_eth_rx_burst(0, 0, burst, 0);
  std::uint64_t got = receive(0, 0, 32, drop);
  rte_delay_ms(100);
  got += receive(0, 0, 2000, drop);
  CHECK_EQUAL(rte_eth_dev_stop(0), 0);
  CHECK(stats(0).imissed > 1000);
  check_sum(0);
  check_buffers();
}

/// Tags are taken out, hashes and types told, checksums judged, times stamped.
void check_offloads() {
  set_up(0, {.offloads = RTE_ETH_RX_OFFLOAD_VLAN_STRIP | RTE_ETH_RX_OFFLOAD_TIMESTAMP |
                         RTE_ETH_RX_OFFLOAD_CHECKSUM});
  const int at = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, nullptr);
  CHECK(at >= 0);
  std::uint64_t last = 0, stripped = 0;
  receive(0, 0, ~std::uint64_t{0}, [&](rte_mbuf *m) {
    const std::uint64_t now = *RTE_MBUF_DYNFIELD(m, at, std::uint64_t *);
    CHECK(now >= last);
    last = now;
    if ((m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0) {
      ++stripped;
      CHECK_EQUAL(m->vlan_tci, 0x2064);
      CHECK_EQUAL(m->pkt_len, 60);
      CHECK((m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == RTE_MBUF_F_RX_IP_CKSUM_GOOD);
      CHECK((m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD);
    } else {
      CHECK((m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == RTE_MBUF_F_RX_IP_CKSUM_BAD);
    }
    drop(m);
  });
  CHECK_EQUAL(stripped, 1);
  CHECK(last != 0);
  CHECK_EQUAL(rte_eth_dev_stop(0), 0);
  check_buffers();
}

/// Stopping and starting loses no buffer, whatever was on its way.
void check_restart() {
  for (int round = 0; round < 20; ++round) {
    set_up(0, {.rx_queues = 2, .tx_queues = 2});
    receive(0, static_cast<std::uint16_t>(round % 2), 500, [&](rte_mbuf *m) {
      if (rte_eth_tx_burst(0, static_cast<std::uint16_t>(round % 2), &m, 1) == 0) drop(m);
    });
    CHECK_EQUAL(rte_eth_dev_stop(0), 0);
    check_buffers();
    check_sum(0);
  }
}

/// What one port of a pair transmits, the other receives; what finds no room is counted.
void check_peers() {
  set_up(0, {.descriptors = 64});
  set_up(1, {.descriptors = 64});
  std::uint64_t sent = 0, got = 0;
  rte_mbuf *burst[32];
  for (int round = 0; round < 3000; ++round) {
    rte_mbuf *m = rte_pktmbuf_alloc(g_pool);
    CHECK(m != nullptr);
    std::memset(rte_pktmbuf_append(m, 100), round & 0xff, 100);
    if (rte_eth_tx_burst(0, 0, &m, 1) == 1)
      ++sent;
    else
      drop(m);
    if (round % 5 != 0) continue;
    const std::uint16_t n = rte_eth_rx_burst(1, 0, burst, 32);
    for (std::uint16_t i = 0; i < n; ++i) {
      CHECK_EQUAL(burst[i]->pkt_len, 100);
      drop(burst[i]);
    }
    got += n;
  }
  CHECK_EQUAL(rte_eth_dev_stop(0), 0);
  got += receive(1, 0, sent, drop);
  CHECK_EQUAL(rte_eth_dev_stop(1), 0);
  CHECK_EQUAL(stats(0).opackets, sent);
  CHECK_EQUAL(got + stats(1).imissed, sent);
  check_sum(1);
  check_buffers();
}

/// An exhausted pool holds frames up and loses none.
void check_exhausted() {
  set_up(0, {});
  std::vector<rte_mbuf *> held;
  receive(0, 0, ~std::uint64_t{0}, [&](rte_mbuf *m) { held.push_back(m); });
  CHECK(stats(0).rx_nombuf > 0);
  CHECK_EQUAL(held.size(), g_buffers - 256);
  for (rte_mbuf *m : held) drop(m);
  CHECK_EQUAL(receive(0, 0, 1000, drop) >= 1000, true);
  CHECK_EQUAL(rte_eth_dev_stop(0), 0);
  check_sum(0);
  check_buffers();
}

/// A stepped device does as much as it is polled, no more, no less.
void check_stepped() {
  set_up(0, {});
  rte_mbuf *burst[32];
  for (int round = 0; round < 100; ++round) {
    CHECK_EQUAL(rte_eth_rx_burst(0, 0, burst, 32), 32);
    CHECK_EQUAL(rte_eth_tx_burst(0, 0, burst, 32), 32);
  }
  const rte_eth_stats s = stats(0);
  CHECK_EQUAL(s.ipackets, 3200);
  CHECK_EQUAL(s.opackets, 3200);
  CHECK_EQUAL(rte_eth_dev_stop(0), 0);
  check_buffers();
}

/// What is asked for and cannot be is refused.
void check_refusals() {
  rte_eth_conf conf{};
  CHECK_EQUAL(rte_eth_dev_configure(0, 1, 1, &conf), 0);
  CHECK(rte_eth_rx_queue_setup(0, 0, 100, 0, nullptr, g_pool) < 0);
  CHECK(rte_eth_tx_queue_setup(0, 0, 1000, 0, nullptr) < 0);
  CHECK(rte_eth_dev_configure(0, 3, 1, &conf) < 0);  // queues=2
}

struct Named {
  const char *name;
  void (*run)();
};
constexpr Named kChecks[] = {
    {"forward", check_forward},   {"reta", check_reta},           {"filter", check_filter},
    {"rate", check_rate},         {"offloads", check_offloads},   {"restart", check_restart},
    {"peers", check_peers},       {"exhausted", check_exhausted}, {"stepped", check_stepped},
    {"refusals", check_refusals},
};

}  // namespace

int main(int argc, char **argv) {
  const std::string wanted = argc > 1 ? argv[1] : "";
  argv[1] = argv[0];
  if (rte_eal_init(argc - 1, argv + 1) < 0) return 2;
  g_pool = rte_pktmbuf_pool_create("checks", g_buffers, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
  CHECK(g_pool != nullptr);
  for (const Named &check : kChecks)
    if (wanted == check.name) {
      check.run();
      std::uint16_t port = 0;
      RTE_ETH_FOREACH_DEV(port) rte_eth_dev_close(port);
      check_buffers();
      return rte_eal_cleanup() == 0 ? 0 : 1;
    }
  std::fprintf(stderr, "there is no check '%s'\n", wanted.c_str());
  return 2;
}
