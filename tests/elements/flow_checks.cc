// SPDX-License-Identifier: BSD-3-Clause
// Tables of flows against plain ones: `flow_checks FLOWS`. Exits with 1 and a line about the first
// difference.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <pmill/buffer.hh>
#include <pmill/flow/flows.hh>
#include <pmill/setup.hh>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace pmill {
void fail(std::string_view, std::string_view message, std::string_view) {
  std::printf("failed: %.*s\n", static_cast<int>(message.size()), message.data());
  std::exit(1);
}
}  // namespace pmill

using namespace pmill;
using flow::Id;
using flow::Key;

namespace {

std::mt19937_64 rng(1);
constexpr flow::Secret kSecret{{0x1234567890abcdef, 0xfedcba0987654321}};

void expect(bool good, const char *what) {
  if (good) return;
  std::printf("wrong: %s\n", what);
  std::exit(1);
}

struct Less {
  bool operator()(const Key &a, const Key &b) const {
    return std::pair(a.addresses, a.rest) < std::pair(b.addresses, b.rest);
  }
};

Key any_key() {
  const std::uint64_t word = rng();
  return Key(static_cast<std::uint32_t>(rng()), static_cast<std::uint32_t>(rng()),
             static_cast<std::uint16_t>(word), static_cast<std::uint16_t>(word >> 16),
             static_cast<std::uint8_t>(word >> 32));
}
/// One of so few that they come again, and that differ in single bits.
Key near_key() {
  const auto bits = static_cast<std::uint32_t>(rng());
  return Key(0x0100000a ^ (bits & 1), 0x0200000a ^ (bits & 6), bits >> 3 & 0xf, 80,
             6 + (bits >> 7 & 1) * 11);
}

/// Keeps sixteen bytes of each flow.
struct Keeper final : flow::User {
  Kept start(std::uint32_t capacity) override {
    memory.resize(std::size_t{capacity} * 16 + 16);
    return {memory.data(), 16};
  }
  void end(Id) override {}
  std::vector<std::byte> memory;
};

void keys() {
  const Key key(1, 2, 3, 4, 17);
  expect(key.source().value == 1 && key.destination().value == 2, "addresses");
  expect(key.source_port() == 3 && key.destination_port() == 4 && key.protocol() == 17, "ports");
  expect(key.reversed() == Key(2, 1, 4, 3, 17), "reversed");
  expect(key.reversed().reversed() == key, "reversed twice");
}

/// A guess at a frame is the key that its packet turns out to have, where that is usual.
void guesses() {
  std::uint8_t frame[pmill::kReadAhead];
  unsigned usual = 0;
  for (int n = 0; n < 20'000; ++n) {
    for (std::uint8_t &byte : frame) byte = static_cast<std::uint8_t>(rng());
    auto &ip = *reinterpret_cast<net::IPv4 *>(frame + sizeof(net::Ether));
    if (n % 2 != 0) ip.version_and_words = net::kPlainHeader, ip.fragment = 0;
    if (n % 4 != 0) ip.protocol = n % 8 < 4 ? net::kTcp : net::kUdp;
    Key key;
    if (!flow::read_usual_key(ip, 40, key)) continue;
    ++usual;
    expect(flow::guess_key(frame) == key, "guess");
    expect(!flow::read_usual_key(ip, 39, key), "what is short is not usual");
  }
  expect(usual > 5'000, "usual frames");
}

/// A packet whose apparent key is that of some packet's flow belongs to that flow.
void apparent() {
  constexpr std::uint8_t kProtocols[]{0, net::kIcmp, net::kTcp, net::kUdp, 47, 255};
  constexpr std::uint8_t kBytes[]{0, 0, 0, 0, 8, 255};
  const auto some = [&](net::IPv4 &ip, bool only) {
    ip.version_and_words = net::kPlainHeader, ip.fragment = 0;
    if (!only && rng() % 4 == 0) ip.fragment = net16(net::IPv4::kMoreFragments);
    ip.protocol = kProtocols[rng() % std::size(kProtocols)];
    ip.source_address = ip.destination_address = 0;
    const auto byte = kBytes[rng() % std::size(kBytes)];
    for (auto *p = reinterpret_cast<std::uint8_t *>(&ip + 1);
         p != reinterpret_cast<std::uint8_t *>(&ip + 2); ++p)
      *p = rng() % 8 == 0 ? kBytes[rng() % std::size(kBytes)] : byte;
    ip.total_length = net16(40);
  };
  struct {
    net::IPv4 ip;
    std::uint8_t rest[20];
  } a{}, b{};
  unsigned same = 0;
  for (int n = 0; n < 200'000; ++n) {
    some(a.ip, true), some(b.ip, false);
    Key seen, own, other;
    if (!flow::read_apparent_key(a.ip, 40, seen)) {
      expect(a.ip.protocol <= net::kIcmp, "only ICMP and 0 have no apparent key");
      continue;
    }
    const flow::Reading reading = flow::read_key(b.ip, 40, other);
    if (reading == flow::Reading::none || reading == flow::Reading::quoted || !(other == seen))
      continue;
    flow::read_key(a.ip, 40, own);
    expect(own == seen, "the flow of another");
    ++same;
  }
  expect(same > 2'000, "packets of one flow");
}

/// What is kept of a flow is found by a guess, unless that is another's.
void kept() {
  Keeper user;
  flow::Flows flows;
  flows.start({.capacity = 1000}, 0, kSecret);
  flows.attach(user);
  flow::Table table;
  table.start(1000, kSecret);
  const Key key = any_key();
  expect(table.guess(table.spot(table.hash(key))) == 0, "nothing is guessed in an empty table");
  expect(table.insert(key, table.hash(key), 7, 0), "insert");
  expect(table.guess(table.spot(table.hash(key))) == 7, "what lies there is guessed");
  flows.foresee_kept(flows.foresee(key));  // nobody has it: a hint to the caches at most
}

/// Inserts and erases at random, up to a share of the capacity, and asks for what is there and for
/// what is not.
void table(std::uint32_t capacity, std::size_t rounds, Key (*some)()) {
  flow::Table table;
  table.start(capacity, kSecret);
  std::map<Key, Id, Less> model;
  std::vector<std::uint32_t> marks(capacity + 1);
  std::vector<Id> free;
  for (Id id = capacity; id != 0; --id) free.push_back(id);
  for (std::size_t round = 0; round < rounds; ++round) {
    const Key key = some();
    const std::uint64_t hash = table.hash(key);
    const auto found = table.find(key, hash);
    const auto known = model.find(key);
    expect(found.id == (known == model.end() ? 0 : known->second), "find");
    const auto misled = table.find_first(key, table.spot(rng()));
    expect(misled.id == 0 || (misled.id == found.id && misled.mark == found.mark),
           "another's spot");
    if (found.id != 0) {
      expect(*found.mark == marks[found.id], "mark");
      expect(table.key(found.id) == key, "key");
      *found.mark = marks[found.id] = static_cast<std::uint32_t>(rng());
      expect(table.mark(found.id) == marks[found.id], "mark by number");
    }
    // Fills up, stays full for long, and empties.
    const bool fills = round % (8 * std::size_t{capacity}) < 6 * std::size_t{capacity};
    if (found.id != 0 ? !fills && rng() % 2 == 0 : false) {
      table.erase(found.id);
      free.push_back(found.id);
      model.erase(known);
    } else if (found.id == 0 && fills && !free.empty()) {
      const Id id = free.back();
      marks[id] = static_cast<std::uint32_t>(rng());
      if (table.insert(key, hash, id, marks[id])) {
        free.pop_back();
        model[key] = id;
      }
    } else if (!fills && !model.empty()) {
      auto victim = model.lower_bound(key);
      if (victim == model.end()) victim = model.begin();
      table.erase(victim->second);
      free.push_back(victim->second);
      model.erase(victim);
    }
  }
  for (const auto &[key, id] : model) {
    expect(table.find(key, table.hash(key)).id == id, "find at the end");
    table.erase(id);
  }
  expect(table.moved() == 0 && table.filters() == 0, "an empty table has filters");
}

/// As full as a table of this many buckets gets, with keys of all kinds: nobody is refused.
void fill(std::uint32_t capacity) {
  flow::Table table;
  table.start(capacity, kSecret);
  std::vector<Key> keys(capacity);
  for (Id id = 1; id <= capacity; ++id) {
    keys[id - 1] = any_key();
    expect(table.insert(keys[id - 1], table.hash(keys[id - 1]), id, id), "room");
  }
  for (Id id = 1; id <= capacity; ++id) {
    const auto found = table.find(keys[id - 1], table.hash(keys[id - 1]));
    expect(found.id == id && *found.mark == id, "find in a full table");
  }
  expect(capacity < 100 || table.moved() * 6 < capacity, "few flows are moved");
}

/// Fuller than a table is meant to be, where flows give place to others that give place; and then
/// flows come and go.
void crowd(std::size_t buckets, double part) {
  const auto capacity = static_cast<std::uint32_t>(3 * static_cast<double>(buckets) * part);
  flow::Table table;
  table.start(capacity, kSecret, buckets);
  std::vector<Key> keys(capacity + 1);
  const auto begin = [&](Id id) {
    keys[id] = any_key();
    expect(table.insert(keys[id], table.hash(keys[id]), id, id), "room in a crowd");
  };
  const auto all_are_there = [&] {
    for (Id id = 1; id <= capacity; ++id) {
      const auto found = table.find(keys[id], table.hash(keys[id]));
      expect(found.id == id && *found.mark == id && table.key(id) == keys[id], "find in a crowd");
    }
  };
  for (Id id = 1; id <= capacity; ++id) begin(id);
  all_are_there();
  for (unsigned round = 0; round < 5 * capacity; ++round) {
    const Id id = 1 + static_cast<Id>(rng() % capacity);
    table.erase(id);
    expect(table.find(keys[id], table.hash(keys[id])).id == 0, "gone");
    begin(id);
  }
  all_are_there();
  for (Id id = 1; id <= capacity; ++id) table.erase(id);
  expect(table.moved() == 0 && table.filters() == 0, "an emptied crowd has filters");
}

/// Keys that share both of their buckets: there is room for six.
void collisions() {
  flow::Table table;
  table.start(140, kSecret);
  const std::size_t mask = table.buckets() - 1;
  std::vector<Key> meeting;
  while (meeting.size() < 7) {
    const Key key = any_key();
    const std::uint64_t hash = table.hash(key);
    const std::size_t first = hash & mask, second = flow::spread(hash) >> 32 & mask;
    if ((first == 3 && second == 5) || (first == 5 && second == 3)) meeting.push_back(key);
  }
  for (Id id = 1; id <= 6; ++id)
    expect(table.insert(meeting[id - 1], table.hash(meeting[id - 1]), id, id),
           "six in two buckets");
  expect(!table.insert(meeting[6], table.hash(meeting[6]), 7, 7), "a seventh is refused");
  expect(table.find(meeting[6], table.hash(meeting[6])).id == 0, "the seventh is not there");
  for (Id id = 1; id <= 6; ++id)
    expect(table.find(meeting[id - 1], table.hash(meeting[id - 1])).id == id, "the six are");
  table.erase(4);
  expect(table.insert(meeting[6], table.hash(meeting[6]), 4, 4), "after one has gone");
  expect(table.find(meeting[6], table.hash(meeting[6])).id == 4, "in its place");
}

/// Keeps a time for each flow, as an element does.
struct Watcher final : flow::User {
  std::vector<bool> live;
  std::map<Id, flow::Tick> used_at;
  std::vector<Id> gone;
  Kept start(std::uint32_t capacity) override {
    live.assign(capacity + 1, false);
    return {};
  }
  void end(Id id) override {
    expect(live[id], "one that lives ends");
    live[id] = false;
    gone.push_back(id);
  }
  flow::Tick used(Id id, flow::Tick seen) const override {
    const auto found = used_at.find(id);
    return found == used_at.end() ? seen : found->second;
  }
};

/// Flows that are used at random while time goes on, in steps and in leaps.
void times(std::uint32_t capacity, std::int64_t timeout, std::int64_t interval,
           std::int64_t epoch) {
  struct Life {
    Id id;
    std::int64_t used;
    std::int64_t closes = kNever;
  };
  flow::Flows flows;
  Watcher watcher;
  flows.attach(watcher);
  std::int64_t now = epoch;
  flows.start({.capacity = capacity, .timeout = timeout, .interval = interval}, now, kSecret);
  std::map<Key, Life, Less> model;
  for (int round = 0; round < 40'000; ++round) {
    if (rng() % 8 == 0) now += static_cast<std::int64_t>(rng() % (interval * 2));
    if (rng() % 2000 == 0) now += static_cast<std::int64_t>(rng() % (timeout * 3 + interval * 600));
    // Every flow that must be gone is, no other.
    flows.look(now, true);
    for (const Id id : watcher.gone) {
      const auto life = std::find_if(model.begin(), model.end(),
                                     [&](const auto &item) { return item.second.id == id; });
      expect(life != model.end(), "one that is known ends");
      const bool old = timeout != 0 && now - life->second.used >= timeout;
      expect(life->second.closes != kNever ? now >= life->second.closes : old, "not too early");
      model.erase(life);
    }
    watcher.gone.clear();
    for (const auto &[key, life] : model) {
      const std::int64_t last = life.closes != kNever ? life.closes
                                : timeout != 0        ? life.used + timeout
                                                      : kNever - interval * 2;
      expect(now <= last + 2 * interval, "not too late");
    }
    expect(flows.live() == model.size(), "how many live");
    if (flows.due() != kNever)
      expect(flows.due() > now, "what is due is done");
    else
      expect(timeout == 0 || model.empty(), "something is due");

    const Key key = near_key();
    const std::uint64_t hash = flows.hash(key);
    Id id = flows.find(key, flows.spot(hash));
    const auto known = model.find(key);
    expect(id == (known == model.end() ? 0 : known->second.id), "find");
    if (id == 0) {
      id = flows.add(key, hash);
      expect((id == 0) == (model.size() == capacity), "a flow is refused when all are taken");
      if (id == 0) continue;
      expect(!watcher.live[id], "a number of its own");
      watcher.live[id] = true;
      watcher.used_at.erase(id);
      model[key] = {.id = id, .used = now};
      continue;
    }
    Life &life = known->second;
    life.used = now;
    watcher.used_at.erase(id);
    switch (rng() % 16) {
      case 0:
        if (life.closes == kNever) {
          flows.close(id, timeout / 3 + interval / 2);
          life.closes = now + timeout / 3 + interval / 2;
        }
        break;
      case 1:
        if (timeout != 0 || life.closes == kNever) {
          flows.reopen(id);
          life.closes = kNever;
        }
        break;
      case 2:  // used by what the table does not see
        if (now - epoch > interval) watcher.used_at[id] = flows.tick();
        break;
    }
  }
  expect(flows.begun() - flows.ended() == flows.live(), "begun, ended and live");
}

/// A simulated clock leaps between packets; time is looked at later.
void leaps() {
  constexpr std::int64_t kSecond = 1'000'000'000;
  Clock clock;
  clock.simulate(77 * kSecond, 1);
  flow::Flows flows;
  flows.start({.capacity = 8, .timeout = kSecond, .interval = kSecond / 10}, 0, kSecret);
  flows.follow(clock);
  const Key key = any_key();
  const std::uint64_t hash = flows.hash(key);
  const flow::Id id = flows.add(key, hash);
  for (int n = 1; n < 10'000; ++n) {
    clock.leap(clock.peek() + static_cast<std::int64_t>(rng() % (kSecond / 3)));
    expect(flows.find(key, flows.spot(hash)) == id, "a flow in use lives");
    if (n % 8 == 0) flows.look(clock.peek(), true);
  }
  clock.leap(clock.peek() + 2 * kSecond);
  flows.look(clock.peek(), true);
  expect(flows.find(key, flows.spot(hash)) == 0, "a flow out of use ends");
}

/// So many end at once that packets would wait: some in each call.
void bursts() {
  constexpr std::int64_t kSecond = 1'000'000'000;
  flow::Flows flows;
  flows.start({.capacity = 1000, .timeout = kSecond}, 0, kSecret);
  for (int n = 0; n < 1000; ++n) {
    const Key key = any_key();
    flows.add(key, flows.hash(key));
  }
  expect(flows.live() == 1000, "all are in");
  unsigned calls = 0;
  for (std::uint32_t before = 1000; flows.live() != 0; before = flows.live(), ++calls) {
    flows.look(10 * kSecond, false);
    expect(flows.live() < before && before - flows.live() <= 64, "a part of them");
  }
  expect(calls > 10, "in more than one call");
  const Key key = any_key();
  expect(flows.add(key, flows.hash(key)) != 0, "numbers come back");
}

}  // namespace

int main(int argc, char **argv) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const auto most = static_cast<std::uint32_t>(argc > 1 ? std::atoi(argv[1]) : 20'000);
  keys();
  guesses();
  apparent();
  kept();
  for (const std::uint32_t capacity : {1U, 2U, 5U, 143U, 1000U}) {
    table(capacity, 20'000, near_key);
    table(capacity, 20'000, any_key);
  }
  // The most that a number of buckets takes.
  for (std::uint32_t buckets = 2; buckets * 9 / 5 < most; buckets *= 2) fill(buckets * 9 / 5 - 1);
  fill(most);
  table(most, 12 * std::size_t{most}, any_key);
  collisions();
  crowd(1024, 0.9);
  crowd(16384, 0.92);
  for (const std::uint32_t capacity : {20U, 200U})
    for (const std::int64_t epoch : {std::int64_t{0}, 0xffff'fff0 * kSecond}) {
      times(capacity, 30 * kSecond, kSecond, epoch);
      times(capacity, 700 * kSecond, kSecond, epoch);
      times(capacity, kSecond / 2, kSecond, epoch);
      times(capacity, 0, kSecond, epoch);
    }
  leaps();
  bursts();
}
