// SPDX-License-Identifier: BSD-3-Clause
// Mappings against plain sets of them, alone and used by two workers at once. Exits with 1 and a
// line about the first difference.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <pmill/flow/nat.hh>
#include <pmill/setup.hh>
#include <random>
#include <thread>
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
using flow::Mapping;

namespace {

constexpr flow::Secret kSecret{{0x1234567890abcdef, 0xfedcba0987654321}};
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint8_t kAck = 0x10, kSyn = 0x02, kFin = 0x11, kRst = 0x04;

void expect(bool good, const char *what) {
  if (good) return;
  std::printf("wrong: %s\n", what);
  std::exit(1);
}

/// The flows and the mappings of one worker.
struct Place {
  flow::Flows flows;
  flow::Nat nat;
  Count count;
};

/// `workers` of them, with so many flows each.
std::vector<std::unique_ptr<Place>> places(unsigned workers, std::vector<flow::Nat *> &all,
                                           const flow::Outside &outside, std::uint32_t capacity,
                                           std::int64_t timeout) {
  std::vector<std::unique_ptr<Place>> made;
  for (unsigned n = 0; n < workers; ++n) {
    made.push_back(std::make_unique<Place>());
    Place &place = *made.back();
    all.push_back(&place.nat);
    place.nat.configure(outside, {n, workers, all, place.flows, place.count}, kSecret);
    place.flows.attach(place.nat);
    place.flows.start({.capacity = capacity, .timeout = timeout}, 0, kSecret);
  }
  return made;
}

Id flow_of(flow::Flows &flows, const Key &key) {
  const std::uint64_t hash = flows.hash(key);
  const Id id = flows.find(key, flows.spot(hash));
  return id != 0 ? id : flows.add(key, hash);
}

/// The key of what comes back to a mapping.
Key returning(const Mapping &m) {
  return Key(m.remote, m.outside, m.remote_port, m.outside_port, m.protocol);
}

/// Many flows come, close and go; each place outside is one's alone, and is his until he has gone.
void one_worker() {
  std::mt19937 rng(1);
  std::vector<flow::Nat *> all;
  const auto made =
      places(1, all, {IPPrefix(IPAddress(192, 0, 2, 4), 31), 2000, 2099}, 2000, 20 * kSecond);
  Place &place = *made[0];
  // What is taken now, of what the mappings themselves say.
  const auto taken = [&](auto &&counts) {
    std::size_t sum = 0;
    for (Id id = 1; id <= 2000; ++id)
      sum += place.nat.mapping(id).is_live() && counts(place.nat.mapping(id));
    return sum;
  };
  std::int64_t now = 0;
  std::size_t refused = 0, opened = 0;
  for (int round = 0; round < 100'000; ++round) {
    if (rng() % 200 == 0) {
      now += kSecond;
      place.nat.settle(3 * kSecond);
      place.flows.look(now, true);
    }
    const auto bits = static_cast<std::uint32_t>(rng());
    const Key key(0x0200000a + ((bits & 63) << 24), 0x076433c6 + ((bits >> 6 & 1) << 24),
                  static_cast<std::uint16_t>(bits >> 8 & 15), 80, bits >> 7 & 1 ? 6 : 17);
    const Id id = flow_of(place.flows, key);
    if (id == 0) continue;
    const Mapping &m = place.nat.mapping(id);
    if (!m.is_of(key)) {
      expect(!m.is_live(), "a mapping of another flow");
      if (!place.nat.open(id, key)) {
        ++refused;
        expect(!m.is_live(), "nothing is left of what was refused");
        const std::size_t same = taken([&](const Mapping &other) {
          return other.remote == key.destination().value && other.protocol == key.protocol();
        });
        expect(same == 200, "it is refused when all ports of both addresses are taken");
        continue;
      }
      ++opened;
      const Key back = returning(m);
      expect(taken([&](const Mapping &other) { return returning(other) == back; }) == 1,
             "a place of its own");
      const std::uint16_t port = net16(m.outside_port);
      expect(port >= 2000 && port <= 2099, "a port of the range");
      expect((m.outside & 0xfeffffff) == IPAddress(192, 0, 2, 4).value, "an address of the prefix");
    }
    expect(
        place.nat.find_returning(returning(m), place.nat.spot(place.nat.hash(returning(m)))) == id,
        "it finds back");
    if (key.protocol() == 6 && rng() % 3 == 0)
      place.nat.follow(id,
                       rng() % 2   ? kFin
                       : rng() % 4 ? kAck
                       : rng() % 2 ? kRst
                                   : kSyn,
                       rng() % 2);
  }
  expect(refused > 100 && opened > 1000, "ports were short, and came back");
  expect(taken([](const Mapping &) { return true; }) == place.count.value,
         "as many as are counted");
  for (int n = 0; n < 3; ++n) place.flows.look(now += 60 * kSecond, true);
  expect(place.count.value == 0 && place.flows.live() == 0, "all have ended");
}

/// The first packet of a flow is enough for all ports of an address to be given.
void every_port() {
  std::vector<flow::Nat *> all;
  const auto made = places(1, all, {IPPrefix(IPAddress(192, 0, 2, 1), 32), 1024, 65535}, 70'000, 0);
  Place &place = *made[0];
  std::vector<bool> given(65536);
  for (unsigned n = 0; n < 64512; ++n) {
    const Key key(0x0200000a, 0x076433c6, static_cast<std::uint16_t>(n), 80, 17);
    const Id id = flow_of(place.flows, key);
    expect(place.nat.open(id, key), "a port");
    const std::uint16_t port = net16(place.nat.mapping(id).outside_port);
    expect(!given[port], "each once");
    given[port] = true;
  }
  const Key more(0x0200000a, 0x076433c6, 64512, 80, 17);
  expect(!place.nat.open(flow_of(place.flows, more), more), "then none");
}

/// What comes back to a worker is another's: both use its mappings while it opens and ends some.
void two_workers() {
  std::vector<flow::Nat *> all;
  const auto made =
      places(2, all, {IPPrefix(IPAddress(192, 0, 2, 1), 32), 1024, 65535}, 500, kSecond);
  std::atomic<unsigned> ready{0};
  std::atomic<std::uint64_t> returned{0};
  const auto work = [&](unsigned number) {
    std::mt19937 rng(number);
    Place &own = *made[number];
    std::int64_t now = 0;
    ++ready;
    while (ready != 2) std::this_thread::yield();
    for (int round = 0; round < 40'000; ++round) {
      if (rng() % 50 == 0) {
        now += kSecond / 4;
        own.nat.settle(kSecond);
        own.flows.look(now, false);
      }
      const Key key(0x0200000a + (number << 24), 0x076433c6,
                    static_cast<std::uint16_t>(rng() % 300), 80, 6);
      const Id id = flow_of(own.flows, key);
      expect(id != 0, "room for a flow");
      Key back;
      {
        const Guard guard = own.nat.lock();
        const Mapping &m = own.nat.mapping(id);
        if (!m.is_of(key)) expect(own.nat.open(id, key), "a port");
        if (rng() % 8 == 0) own.nat.follow(id, rng() % 2 ? kFin : kSyn, true);
        back = returning(m);
      }
      // A guess at what returns to the other worker: some of its ports are given, most are not.
      const bool guess = rng() % 2;
      if (guess)
        back = Key(0x076433c6, back.destination().value, back.source_port(),
                   net16(static_cast<std::uint16_t>(1024 + rng() % 64512)), 6);
      flow::Nat *const owner = own.nat.owner_of(back.destination_port());
      expect(owner == all[0] || owner == all[1], "every port is somebody's");
      expect(guess || owner == &own.nat, "its own ports are its own");
      const Guard guard = owner->lock();
      const Id found = owner->find_returning(back, owner->spot(owner->hash(back)));
      expect(guess || found == id, "it finds back");
      if (found == 0) continue;
      Mapping &m = owner->mapping(found);
      expect(returning(m) == back, "the mapping of what returns");
      m.used = own.flows.tick();
      if (rng() % 4 == 0) owner->follow(found, kFin, false);
      ++returned;
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  expect(returned > 20'000, "much has returned");
  expect(made[0]->nat.owner_of(net16(1023)) == nullptr, "a port below all");
}

}  // namespace

/// A checksum of UDP is patched like any other, but that 0xffff stands for 0.
void checksums() {
  std::mt19937 rng(2);
  for (unsigned n = 0; n < 1 << 22; ++n) {
    const auto before = static_cast<std::uint16_t>(n);
    std::uint16_t delta = static_cast<std::uint16_t>(rng());
    if (n >> 16 < 3)
      delta = static_cast<std::uint16_t>(n >> 16 == 0 ? 0 : n >> 16 == 1 ? 0xffff : before);
    if (before == 0) continue;
    const std::uint16_t other = flow::changed_by(before, delta);
    const std::uint16_t after = flow::nonzero_changed_by(before, delta);
    expect(after == (other == 0 ? 0xffff : other), "checksum of UDP");
  }
}

int main() {
  checksums();
  one_worker();
  every_port();
  two_workers();
}
