// SPDX-License-Identifier: BSD-3-Clause
// Tries the tables of bench/limits/nat_flows.h against a std::map: flows begin, are used by both
// ends, close, begin again and end with time. Prints what happened; exits with 1 where they differ.
#include "nat_flows.h"

#include <map>
#include <random>
#include <tuple>

namespace {

using Name = std::tuple<uint64_t, uint64_t>;

struct Model {
  uint16_t port;
  uint32_t used, closed_at;
  uint8_t seen;
};

constexpr size_t kCapacity = 2500;

[[noreturn]] void differ(const char *what, unsigned step) {
  fprintf(stderr, "step %u: %s\n", step, what);
  exit(1);
}

nat::Key key_of(unsigned number) {
  const uint64_t inside = 0x0a000000 + number % 7, remote = 0xc6336400 + number % 11;
  const uint64_t ports = (1000 + number % 97) | uint64_t{80 + number % 2} << 16;
  return {inside | remote << 32, ports | uint64_t{number % 3 == 0 ? 6u : 17u} << 32};
}
nat::Key returning(const nat::Key &key, uint16_t port) {
  return {key.addresses >> 32 | uint64_t{rte_cpu_to_be_32(nat::kAddress)} << 32,
          (key.rest >> 16 & 0xffff) | uint64_t{port} << 16 | (key.rest & 0xff00000000)};
}
bool is_over(const Model &m, uint32_t now) {
  return m.closed_at != 0 ? now >= m.closed_at + nat::kTimeWait : now >= m.used + nat::kTimeout;
}

}  // namespace

int main() {
  static nat::Flows flows;
  flows.start(kCapacity, 3);
  std::map<Name, Model> model;
  std::mt19937 random(1);
  uint32_t second = 0;
  unsigned refused = 0, closed = 0, ended = 0;
  for (unsigned step = 0; step < 400'000; step++) {
    if (random() % 400 == 0) {
      second += random() % 50 == 0 ? random() % 700 : random() % 20;
      while (true) {  // what is due is done little by little
        flows.look(second);
        std::erase_if(model, [&](const auto &m) { return is_over(m.second, second) && ++ended; });
        if (flows.opened - flows.ended == model.size()) break;
      }
    }
    const nat::Key key = key_of(random() % 5000);
    const Name name{key.addresses, key.rest};
    const auto known = model.find(name);
    nat::Entry *const e = flows.any_outgoing(key);
    if (known == model.end() && model.size() == kCapacity) {
      if (e != nullptr) differ("there is no room", step);
      refused++;
      continue;
    }
    if (e == nullptr) differ("a flow is not there", step);
    if (known != model.end() && e->port != known->second.port) differ("another port", step);
    Model &m = known != model.end() ? known->second : model[name];
    m.port = e->port, m.used = second;
    nat::Entry *const back =
        flows.returning(returning(key, m.port), flows.back().home(returning(key, m.port)));
    if (back == nullptr || back->address != static_cast<uint32_t>(key.addresses) ||
        back->port != static_cast<uint16_t>(key.rest))
      differ("it does not come back", step);
    const auto flags = static_cast<uint8_t>(random() % 40 == 0 ? 1 << random() % 3 : 0);
    const bool outgoing = random() % 2 == 0;
    if (flags == 0) continue;
    outgoing ? flows.follow(*e, flags, true) : flows.follow_returning(*back, flags);
    const bool was_closed = m.closed_at != 0;
    if (flags == nat::kSyn && outgoing && was_closed) m.seen = 0, m.closed_at = 0;
    if (flags == nat::kRst) m.seen |= 3;
    if (flags == nat::kFin) m.seen |= outgoing ? 1 : 2;
    if (m.seen == 3 && !was_closed) m.closed_at = second == 0 ? 1 : second, closed++;
  }
  printf("%u refused, %u closed, %u ended\n", refused, closed, ended);
  return refused > 100 && closed > 500 && ended > 1000 ? 0 : 1;
}
