// SPDX-License-Identifier: BSD-3-Clause
// Checks of what exchanging buffers is made of, without a compiled program:
//   stock     what is given can be taken, each thing once, however many move at a time
//   layout    the driver of net_pmill with an application of another layout than pmill's
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>

#include <cstdio>
#include <cstdlib>
#include <pmill/metadata/stock.hh>
#include <pmill/xchg/nic.hh>
#include <random>
#include <set>
#include <string_view>
#include <vector>

using namespace pmill;

#define CHECK(condition)                                                   \
  if (!(condition)) {                                                      \
    std::fprintf(stderr, "line %d: not true: %s\n", __LINE__, #condition); \
    std::exit(1);                                                          \
  }

static void check_stock() {
  constexpr std::size_t kThings = 2000;
  std::vector<int> things(kThings);
  Depot<int> depot;
  CHECK(depot.prepare(kThings, SOCKET_ID_ANY));
  for (int &thing : things) {
    int *one = &thing;
    depot.give(&one, 1);
  }
  Stock<int> stocks[2] = {Stock<int>(depot), Stock<int>(depot)};
  std::set<int *> out;
  const auto note = [&](int *thing) {
    CHECK(thing >= things.data() && thing < things.data() + kThings);
    CHECK(out.insert(thing).second);
  };
  std::mt19937 random(1);
  for (int step = 0; step < 200'000; ++step) {
    Stock<int> &stock = stocks[random() % 2];
    switch (random() % 4) {
      case 0:
        if (int *thing = stock.take(); thing != nullptr)
          note(thing);
        else
          CHECK(depot.count() == 0 && stock.count() == 0);
        break;
      case 1: {
        int *some[Stock<int>::kSome];
        const unsigned n = stock.take_some(some);
        CHECK(n == Stock<int>::kSome || (depot.count() == 0 && stock.count() == 0));
        for (unsigned i = 0; i < n; ++i) note(some[i]);
        break;
      }
      case 2:
        if (out.empty()) break;
        stock.give(*out.begin());
        out.erase(out.begin());
        break;
      case 3: {
        std::vector<int *> some;
        for (unsigned n = random() % 700; n != 0 && !out.empty(); --n) {
          some.push_back(*out.begin());
          out.erase(out.begin());
        }
        stock.give(some.data(), static_cast<unsigned>(some.size()));
        break;
      }
    }
    CHECK(out.size() + depot.count() + stocks[0].count() + stocks[1].count() == kThings);
  }
  if (int *last = stocks[0].take(); last != nullptr) {  // what came last goes first
    stocks[0].give(last);
    CHECK(stocks[0].take() == last);
  }
}

/// A buffer that has its handle behind it, and a descriptor of few fields in an array.
struct Page {
  std::uint8_t bytes[2048];
  unsigned number;
};
struct Told {
  Page *page;
  std::uint32_t length, hash, flags;
};
struct Application {
  using Buffer = Page *;
  using Descriptor = Told;
  using Outgoing = Told;
  std::vector<Page *> fresh;
  std::vector<Told> told;

  Page *exchange() {
    if (fresh.empty()) return nullptr;
    Page *page = fresh.back();
    fresh.pop_back();
    return page;
  }
  static std::uint8_t *room(Page *page) { return page->bytes; }
  static Page *with_room(std::uint8_t *at) { return reinterpret_cast<Page *>(at); }
  static std::uint32_t room_bytes() { return sizeof Page::bytes; }
  static consteval bool wants(xchg::Field f) {
    return f == xchg::Field::rss_hash || f == xchg::Field::flags;
  }
  void set_buffer(Told &d, Page *page) { d.page = page; }
  void set_data(Told &, std::uint8_t *) {}
  void set_length(Told &d, std::uint32_t bytes) { d.length = bytes; }
  void set_timestamp(Told &, std::uint64_t) { std::abort(); }  // it is not wanted
  void set_rss_hash(Told &d, std::uint32_t hash) { d.hash = hash; }
  void set_vlan_tag(Told &, std::uint16_t) { std::abort(); }
  void set_packet_type(Told &, std::uint32_t) { std::abort(); }
  void set_mark(Told &, std::uint32_t) { std::abort(); }
  void set_flags(Told &d, std::uint32_t flags) { d.flags = flags; }
  void finish(const Told &d) { told.push_back(d); }

  static Page *buffer(const Told &d) { return d.page; }
  static const std::uint8_t *data(const Told &d) { return d.page->bytes; }
  static std::uint32_t length(const Told &d) { return d.length; }
  void give_back(Page **pages, unsigned n) { fresh.insert(fresh.end(), pages, pages + n); }
};
static_assert(xchg::Receiver<Application> && xchg::Transmitter<Application>);

static void check_layout() {
  constexpr unsigned kRing = 64, kPages = 100;
  static Page pages[kPages];
  Application app;
  for (unsigned i = 0; i < kPages; ++i) pages[i].number = i, app.fresh.push_back(&pages[i]);
  CHECK(pmill::nic::take_over(0) && !pmill::nic::take_over(7));
  rte_mempool *mbufs = rte_pktmbuf_pool_create("few", 31, 0, 0, 2176, SOCKET_ID_ANY);
  rte_eth_conf conf{};
  CHECK(rte_eth_dev_configure(0, 1, 1, &conf) == 0);
  CHECK(rte_eth_rx_queue_setup(0, 0, kRing, 0, nullptr, mbufs) == 0);
  CHECK(rte_eth_tx_queue_setup(0, 0, kRing, 0, nullptr) == 0);
  xchg::nic::RxQueue rx(0, 0);
  xchg::nic::TxQueue<Page *> tx(0, 0);
  CHECK(rte_eth_dev_start(0) == 0);
  rte_eth_promiscuous_enable(0);
  CHECK(rte_mempool_avail_count(mbufs) == 31);  // no mbuf is posted
  CHECK(rx.start(app));
  CHECK(app.fresh.size() == kPages - kRing);

  std::uint64_t received = 0;
  for (int round = 0; round < 1000; ++round) {
    app.told.clear();
    received += rx.receive(app, 16, 0);
    CHECK(app.told.size() == 16);
    for (const Told &d : app.told) {
      CHECK(d.length == 60 && d.page->bytes[12] == 8 && d.hash != 0);
      CHECK((d.flags & xchg::flag::kRssHash) != 0 && (d.flags & xchg::flag::kIpGood) != 0);
    }
    CHECK(tx.transmit(app, app.told.data(), 16) == 16);
  }
  // With none to exchange, nothing is received and nothing lost.
  std::vector<Page *> kept;
  kept.swap(app.fresh);
  tx.reclaim(app);
  kept.insert(kept.end(), app.fresh.begin(), app.fresh.end());
  app.fresh.clear();
  CHECK(rx.receive(app, 16, 0) == 0);
  rte_eth_stats stats{};
  CHECK(rte_eth_stats_get(0, &stats) == 0 && stats.rx_nombuf == 1 && stats.opackets == received);
  app.fresh.swap(kept);
  CHECK(rx.receive(app, 16, 0) == 16);
  rte_mbuf *none[4];
  CHECK(rte_eth_rx_burst(0, 0, none, 4) == 0);  // ethdev's bursts move nothing

  CHECK(rte_eth_dev_stop(0) == 0);
  std::set<Page *> found;
  rx.stop<Application>([&](Page *page) { CHECK(found.insert(page).second); });
  tx.reclaim(app);
  for (Page *page : app.fresh) CHECK(found.insert(page).second);
  for (std::size_t i = app.told.size() - 16; i < app.told.size(); ++i)
    CHECK(found.insert(app.told[i].page).second);
  CHECK(found.size() == kPages);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  const std::string_view name = argv[1];
  if (rte_eal_init(argc - 1, argv + 1) < 0) return 3;
  if (name == "stock")
    check_stock();
  else if (name == "layout")
    check_layout();
  else
    return 2;
  rte_eth_dev_close(0);
  return rte_eal_cleanup();
}
