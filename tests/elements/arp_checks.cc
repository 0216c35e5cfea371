// SPDX-License-Identifier: BSD-3-Clause
// Checks of pmill/net/arp_table.hh: random calls against a plain table, and calls of two threads at
// once, of which a ThreadSanitizer has something to say. Exits with 1 and a line about the first
// difference.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <list>
#include <map>
#include <pmill/net/arp_table.hh>
#include <random>
#include <thread>
#include <vector>

using namespace pmill;
using namespace pmill::net;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
thread_local std::vector<Buffer> g_dropped;

void expect(bool good, const char *what) {
  if (good) return;
  std::printf("wrong: %s\n", what);
  std::exit(1);
}

EtherAddress ether_of(unsigned n) { return {{2, 0, 0, 0, 0, static_cast<std::uint8_t>(n)}}; }

/// The same table, as slow as can be.
class PlainTable {
 public:
  struct Entry {
    std::uint32_t ip;
    EtherAddress ether{};
    bool known = false;
    std::int64_t live, polled;
    std::deque<Buffer> packets{};
  };

  ArpLimits limits;
  std::list<Entry> entries;  // by age
  std::vector<Buffer> dropped;
  std::uint64_t drops = 0;

  std::uint32_t packets() const {
    std::size_t n = 0;
    for (const Entry &e : entries) n += e.packets.size();
    return static_cast<std::uint32_t>(n);
  }
  Entry *find(std::uint32_t ip) {
    for (Entry &e : entries)
      if (e.ip == ip) return &e;
    return nullptr;
  }
  void drop(Entry &e) {
    dropped.push_back(e.packets.front());
    e.packets.pop_front();
    ++drops;
  }
  void erase_oldest() {
    while (!entries.front().packets.empty()) drop(entries.front());
    entries.pop_front();
  }
  void expire(std::int64_t now) {
    if (limits.timeout == 0) return;
    while (!entries.empty() && now > entries.front().live + limits.timeout) erase_oldest();
  }
  Entry &ensure(std::uint32_t ip, std::int64_t now) {
    if (Entry *e = find(ip)) return *e;
    if (entries.size() == limits.entries) erase_oldest();
    return entries.emplace_back(Entry{.ip = ip, .live = now, .polled = now - kSecond});
  }
  ArpWait wait(std::uint32_t ip, Buffer b, std::int64_t now) {
    expire(now);
    Entry &e = ensure(ip, now);
    if (e.known) return ArpWait::resolved;
    if (limits.entry_packets != 0 && e.packets.size() >= limits.entry_packets) drop(e);
    if (limits.packets != 0 && packets() >= limits.packets)
      for (Entry &old : entries)
        while (!old.packets.empty() && packets() + 1 > limits.packets / limits.slim_factor)
          drop(old);
    e.packets.push_back(b);
    if (now < e.polled + ArpTable::kBetweenQueries) return ArpWait::parked;
    e.polled = now;
    return ArpWait::ask;
  }
  std::deque<Buffer> learn(std::uint32_t ip, const EtherAddress &ether, std::int64_t now) {
    expire(now);
    Entry e = ensure(ip, now);
    entries.remove_if([&](const Entry &other) { return other.ip == ip; });
    std::deque<Buffer> released;
    std::swap(released, e.packets);
    entries.push_back(
        {.ip = ip, .ether = ether, .known = true, .live = now, .polled = now - kSecond});
    return released;
  }
};

class Checker {
 public:
  Checker(const ArpLimits &limits, unsigned addresses) {
    // Any, not neighbours: those have different places in the table.
    while (addresses_.size() < addresses) addresses_.emplace_back(rng_());
    table_.start(limits);
    plain_.limits = limits;
    if (plain_.limits.entries == 0) plain_.limits.entries = ArpTable::kMostEntries;
  }

  void run(unsigned steps) {
    for (unsigned i = 0; i < steps; ++i) {
      now_ += static_cast<std::int64_t>(rng_() % (rng_() % 50 == 0 ? 5 * kSecond : kSecond / 20));
      step();
      compare();
    }
  }

 private:
  ArpCounts counts() { return {entries_, packets_, drops_}; }
  IPAddress address() { return addresses_[rng_() % addresses_.size()]; }

  void step() {
    const IPAddress ip = address();
    switch (rng_() % 12) {
      case 0:
      case 1:
        return learn(ip);
      case 2:
        return remove(ip);
      case 3:
        return look_up(ip);
      case 4:
        table_.expire(now_, worker_, counts());
        return plain_.expire(now_);
      default:
        return wait(ip);
    }
  }

  void wait(IPAddress ip) {
    buffers_.push_back(std::make_unique<rte_mbuf>());
    const Buffer b = buffers_.back().get();
    const ArpWait got = table_.wait(ip, b, now_, worker_, counts());
    expect(got == plain_.wait(ip.value, b, now_), "wait");
  }

  void learn(IPAddress ip) {
    const EtherAddress ether = ether_of(rng_() % 3);
    const auto *old = plain_.find(ip.value);
    const bool moves = old != nullptr && old->known && old->ether != ether;
    const std::uint32_t generation = table_.generation();
    const std::deque<Buffer> released = plain_.learn(ip.value, ether, now_);
    Buffer b = table_.learn(ip, ether, now_, worker_, counts());
    for (const Buffer wanted : released) {
      expect(b == wanted, "the order of what is released");
      b = buffer::unlink(b);
    }
    expect(b == nullptr, "too much is released");
    expect(!moves || table_.generation() != generation, "an address moved and nobody is told");
  }

  void remove(IPAddress ip) {
    auto *e = plain_.find(ip.value);
    const std::uint32_t generation = table_.generation();
    expect(table_.remove(ip, worker_, counts()) == (e != nullptr), "remove");
    if (e == nullptr) return;
    expect(!e->known || table_.generation() != generation, "one is removed and nobody is told");
    while (!e->packets.empty()) plain_.drop(*e);
    plain_.entries.remove_if([&](const auto &other) { return other.ip == ip.value; });
  }

  void look_up(IPAddress ip) {
    const std::int64_t poll = rng_() % 2 == 0 ? 0 : 2 * kSecond;
    const ArpAnswer got = table_.look_up(ip, now_, poll);
    auto *e = plain_.find(ip.value);
    const std::int64_t timeout = plain_.limits.timeout;
    const bool known = e != nullptr && e->known && (timeout == 0 || now_ <= e->live + timeout);
    expect(got.known == known, "known");
    if (!known) return;
    expect(got.ether == e->ether, "the address");
    const bool due =
        poll != 0 && now_ >= e->live + poll && now_ >= e->polled + ArpTable::kBetweenQueries;
    expect(got.poll == due, "poll");
    if (due) e->polled = now_;
    std::int64_t until = timeout == 0 ? kNever : e->live + timeout + 1;
    if (poll != 0)
      until = std::min(until, std::max(e->live + poll, e->polled + ArpTable::kBetweenQueries));
    expect(got.until == until, "how long that is right");
  }

  void compare() {
    expect(table_.entries() == plain_.entries.size(), "entries");
    expect(table_.packets() == plain_.packets(), "packets");
    expect(entries_.value == plain_.entries.size(), "the count of entries");
    expect(packets_.value == plain_.packets(), "the count of packets");
    expect(drops_.value == plain_.drops, "the count of drops");
    std::sort(g_dropped.begin(), g_dropped.end());
    std::sort(plain_.dropped.begin(), plain_.dropped.end());
    expect(g_dropped == plain_.dropped, "which packets are dropped");
    const std::int64_t timeout = plain_.limits.timeout;
    const bool never = plain_.entries.empty() || timeout == 0;
    expect(table_.due() == (never ? kNever : plain_.entries.front().live + timeout + 1), "due");
    std::string text = table_.text(now_);
    expect(std::count(text.begin(), text.end(), '\n') == std::ssize(plain_.entries), "lines");
    g_dropped.clear();
    plain_.dropped.clear();
  }

  std::mt19937 rng_{7};
  std::vector<IPAddress> addresses_;
  std::int64_t now_ = 1000 * kSecond;
  ArpTable table_;
  PlainTable plain_;
  Worker worker_;
  Count entries_, packets_, drops_;
  std::vector<std::unique_ptr<rte_mbuf>> buffers_;
};

void random_calls() {
  Checker({.timeout = 10 * kSecond}, 100).run(20'000);
  Checker({.packets = 20, .entries = 8, .timeout = 10 * kSecond}, 12).run(20'000);
  Checker({.packets = 9, .entry_packets = 3, .slim_factor = 1}, 6).run(20'000);
  Checker({.packets = 3, .entries = 3, .entry_packets = 2, .slim_factor = 5, .timeout = kSecond}, 5)
      .run(20'000);
  Checker({.packets = 0, .entries = 1, .timeout = kSecond}, 3).run(5'000);
}

/// A cache says what the table says, or nothing.
void caches() {
  std::mt19937 rng(3);
  ArpCache cache;
  std::map<std::uint32_t, std::uint64_t> plain;
  std::uint32_t generation = 0;
  std::int64_t now = kSecond, until = kNever;
  std::uint64_t ether = 0, found = 0;
  for (int i = 0; i < 300'000; ++i) {
    const IPAddress ip(rng() % 3 == 0 ? rng() : 0x0a000000U + (rng() % 700 << 24));
    if (ip.is_broadcast()) continue;
    now += rng() % 1000;
    if (rng() % 20'000 == 0) ++generation, plain.clear(), until = kNever;
    if (now >= until) plain.clear(), until = kNever;
    cache.check(generation, now);
    if (cache.find(ip, ether)) {
      expect(plain.count(ip.value) != 0 && (ether & 0xffff'ffff'ffff) == plain[ip.value],
             "a cache");
      ++found;
    }
    const ArpAnswer answer{.known = true, .ether = ether_of(rng()), .until = now + 50'000'000};
    if (rng() % 4 == 0) {
      cache.put(ip, answer, now);
      plain[ip.value] = word_of(answer.ether);
      until = std::min(until, answer.until);
    }
    cache.put(ip, {.known = true, .ether = ether_of(99), .until = now + 1000}, now);
  }
  expect(found > 20'000, "a cache finds nothing");
  expect(cache.find(IPAddress(255, 255, 255, 255), ether), "everybody");
  expect((ether & 0xffff'ffff'ffff) == 0xffff'ffff'ffff, "everybody's address");
}

void words() {
  ArpTable table;
  Worker worker;
  Count n;
  table.start({.timeout = 60 * kSecond});
  const ArpCounts counts{n, n, n};
  table.insert(IPAddress(10, 0, 0, 1), ether_of(0xab), kSecond, worker, counts);
  rte_mbuf packet{};
  table.wait(IPAddress(10, 0, 0, 2), &packet, 2 * kSecond, worker, counts);
  table.insert(IPAddress(10, 0, 0, 3), kEtherBroadcast, 3 * kSecond, worker, counts);
  expect(table.text(3'500'000'000) ==
             "10.0.0.1 1 02-00-00-00-00-AB 2.500000\n"
             "10.0.0.2 0 00-00-00-00-00-00 1.500000\n"
             "10.0.0.3 0 FF-FF-FF-FF-FF-FF 0.500000\n",
         "text");
  table.clear(worker, counts);
  expect(table.text(0).empty() && g_dropped.size() == 1, "clear");
  g_dropped.clear();
}

/// Two threads, each with a cache and buffers of its own, use one table.
void threads() {
  ArpTable table;
  table.start({.packets = 50, .entries = 30, .timeout = kSecond});
  std::atomic<std::uint64_t> given{0}, back{0};
  const auto work = [&](unsigned seed) {
    std::mt19937 rng(seed);
    Worker worker;
    ArpCache cache;
    Count entries, packets, drops;
    const ArpCounts counts{entries, packets, drops};
    std::int64_t now = kSecond;
    for (int i = 0; i < 50'000; ++i) {
      const IPAddress ip(10, 0, 0, static_cast<std::uint8_t>(rng() % 40));
      now += rng() % 1'000'000;
      table.expire(now, worker, counts);
      cache.check(table.generation(), now);
      if (rng() % 4 == 0) {
        for (Buffer b = table.learn(ip, ether_of(rng() % 2), now, worker, counts); b != nullptr;)
          delete std::exchange(b, buffer::unlink(b)), ++back;
      } else if (const ArpAnswer a = table.look_up(ip, now, 0); a.known) {
        cache.put(ip, a, now);
      } else if (const Buffer b = new rte_mbuf{};
                 table.wait(ip, b, now, worker, counts) == ArpWait::resolved) {
        delete b;
      } else {
        ++given;
      }
      back += g_dropped.size();
      for (const Buffer b : g_dropped) delete b;
      g_dropped.clear();
    }
  };
  std::thread other(work, 1);
  work(2);
  other.join();
  Worker worker;
  const std::uint32_t left = table.packets();
  table.finish(worker);
  expect(g_dropped.size() == left, "finish frees what waits");
  for (const Buffer b : g_dropped) delete b;
  expect(given == back + left, "every packet comes back");
  g_dropped.clear();
}

}  // namespace

void pmill::Worker::discard(Buffer b) { g_dropped.push_back(b); }

int main() {
  words();
  random_calls();
  caches();
  threads();
  return 0;
}
