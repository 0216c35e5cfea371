// SPDX-License-Identifier: BSD-3-Clause
// What examples/paper/router-nat.click says, by hand.
//
// A burst is gone through twice. First each packet is looked at: is it a common one, whole TCP or
// UDP over IPv4 that is to be translated? Then memory of its flow is asked for. The second time,
// when that has come, it is translated and sent. What is not common is in nat_slow.h, whole and out
// of line, and takes its turn the second time, so that the order stays.
#include "limits.h"
#include "nat_slow.h"
#include "sums.h"

namespace nat {
namespace {

// What the second look needs of a packet; `rest` is 0 of one that is not common.
struct Seen {
  Key key;
  size_t home;
  uint16_t length;
};

ALWAYS_INLINE uint64_t load64(const void *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}

// Whether destinations are the other side's; of what comes back the table knows.
template <uint16_t kPort>
ALWAYS_INLINE bool crosses(uint32_t dst) {
  if (kPort == 1) return true;
  bool stays = dst >> 8 == kInside >> 8;
  stays |= dst == kAddress;
  return !stays;
}

// The first look. A header may be read before its length is known: the buffer is long enough.
template <uint16_t kPort>
ALWAYS_INLINE bool look(const rte_mbuf *m, Seen &seen) {
  const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *), *ip = frame + 14;
  constexpr uint64_t kMacBits = 0xffffffffffff;
  if (unlikely_(((load64(frame) ^ load64(kMac[kPort])) & kMacBits) != 0)) return false;
  uint32_t kind;  // Ethernet type, version and header length, and the type of service
  memcpy(&kind, frame + 12, 4);
  if (unlikely_((kind & 0x00ffffff) != 0x00450008)) return false;
  const uint32_t length = load16(ip + 2), available = m->pkt_len;
  if (unlikely_(length + 14 > available)) return false;
  if (unlikely_(available != m->data_len)) return false;
  if (unlikely_(!checksum_holds(ip))) return false;
  uint32_t place;  // flags and offset, TTL, protocol
  memcpy(&place, ip + 6, 4);
  const uint32_t protocol = place >> 24;
  if (unlikely_((place & 0xffbf) != 0)) return false;  // a fragment; DF may be there
  if (unlikely_((place >> 16 & 0xff) <= 1)) return false;
  if (likely_(protocol == kUdp)) {
    if (unlikely_(length < 28)) return false;
  } else if (unlikely_(protocol != kTcp || length < 40)) {
    return false;
  }
  if (unlikely_(!crosses<kPort>(load32(ip + 16)))) return false;
  uint32_t ports;
  memcpy(&ports, ip + 20, 4);
  seen.key = {load64(ip + 12), ports | uint64_t{protocol} << 32};
  seen.length = static_cast<uint16_t>(length + 14);
  return true;
}

// Translates a packet that was found common; false if it is none, and then it is untouched.
template <uint16_t kPort>
ALWAYS_INLINE bool translate(Nat &n, rte_mbuf *m, const Seen &seen) {
  uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *), *ip = frame + 14, *at = ip + 20;
  const bool is_tcp = (seen.key.rest >> 32) == kTcp;
  Entry *e =
      kPort == 0 ? n.flows.outgoing(seen.key, seen.home) : n.flows.returning(seen.key, seen.home);
  if (unlikely_(e == nullptr)) return false;
  const uint32_t dst = kPort == 0 ? load32(ip + 16) : rte_be_to_cpu_32(e->address);
  const Neighbours &link = n.links[kPort ^ 1];
  if (kPort == 1 && unlikely_(!link.is_near(dst))) return false;
  const uint64_t encap = link.ready(kPort == 0 && !link.is_near(dst) ? kGateway : dst);
  if (unlikely_(encap == 0)) return false;
  uint8_t *sum_at = at + (is_tcp ? 16 : 6);
  uint16_t sum, ip_sum;
  memcpy(&sum, sum_at, 2);
  if (is_tcp && unlikely_((at[13] & (kFin | kSyn | kRst)) != 0)) {
    kPort == 0 ? n.flows.follow(*e, at[13], true) : n.flows.follow_returning(*e, at[13]);
  }
  if (likely_(is_tcp || sum != 0)) {
    sum = changed(sum, e->delta);
    if (!is_tcp && unlikely_(sum == 0)) sum = 0xffff;
    memcpy(sum_at, &sum, 2);
  }
  memcpy(&ip_sum, ip + 10, 2);
  ip_sum = changed(ip_sum, e->address_delta);
  ip[8]--;
  memcpy(ip + 10, &ip_sum, 2);
  if (kPort == 0) {
    const uint32_t address = rte_cpu_to_be_32(kAddress);
    memcpy(ip + 12, &address, 4);
    memcpy(at, &e->port, 2);
  } else {
    memcpy(ip + 16, &e->address, 4);
    memcpy(at + 2, &e->port, 2);
  }
  memcpy(frame, &encap, 8);
  memcpy(frame + 8, kMac[kPort ^ 1] + 2, 4);  // the type is already there
  m->pkt_len = seen.length;
  m->data_len = seen.length;
  return true;
}

template <uint16_t kPort>
ALWAYS_INLINE void burst_on(Nat &n, rte_mbuf **m, uint16_t count) {
  Seen seen[LIMITS_BURST];
  const Table &table = kPort == 0 ? n.flows.out() : n.flows.back();
  for (unsigned i = 0; i < count; i++) {
    if (likely_(look<kPort>(m[i], seen[i]))) {
      seen[i].home = table.home(seen[i].key);
      table.prefetch(seen[i].home);
    } else {
      seen[i].key.rest = 0;
    }
  }
  queue &q = n.out[kPort ^ 1];
  rte_mbuf **to = q.m + q.n;
  unsigned rare = 0;
  for (unsigned i = 0; i < count; i++) {
    if (likely_(seen[i].key.rest != 0) && likely_(translate<kPort>(n, m[i], seen[i]))) {
      *to++ = m[i];
      continue;
    }
    q.n = static_cast<uint16_t>(to - q.m);
    slow(n, kPort, m[i]);
    to = q.m + q.n;
    rare++;
  }
  q.n = static_cast<uint16_t>(to - q.m);
  n.checked[kPort] += count - rare;
  n.translated[kPort] += count - rare;
}

// Time for flows and neighbours, seconds since the start.
struct Clock {
  uint64_t start, hz, next;
  uint32_t second;
};

struct Program {
  Nat nat;
  Clock clock;
};

__attribute__((noinline, cold)) void tick(Program &p, uint64_t now) {
  p.clock.second = static_cast<uint32_t>((now - p.clock.start) / p.clock.hz);
  p.clock.next = p.clock.start + (p.clock.second + uint64_t{1}) * p.clock.hz;
  for (Neighbours &link : p.nat.links) link.look();
}

ALWAYS_INLINE void nat_burst(limits *, void *state, uint16_t port, rte_mbuf **m, uint16_t count) {
  auto &p = *static_cast<Program *>(state);
  const uint64_t now = rte_rdtsc();
  if (unlikely_(now >= p.clock.next)) tick(p, now);
  p.nat.flows.look(p.clock.second);
  if (port == 0) {
    burst_on<0>(p.nat, m, count);
  } else {
    burst_on<1>(p.nat, m, count);
  }
  for (uint16_t out = 0; out < 2; out++) {
    if (p.nat.out[out].n != 0) queue_send(&p.nat.out[out], p.nat.limits, out);
  }
}

void report(const void *state, FILE *to) {
  const Nat &n = static_cast<const Program *>(state)->nat;
  fprintf(to,
          ",\"flows\":%" PRIu64 ",\"ended\":%" PRIu64 ",\"refused\":%" PRIu64
          ",\"no_port\":%" PRIu64 ",\"untranslatable\":%" PRIu64 ",\"unknown\":%" PRIu64
          ",\"unanswered\":%" PRIu64 ",\"no_buffer\":%" PRIu64 ",\"segments\":%" PRIu64,
          n.flows.opened - n.flows.ended, n.flows.ended, n.flows.refused, n.flows.no_port,
          n.untranslatable, n.unknown, n.unanswered, n.no_buffer, n.segments);
  for (int i = 0; i < 2; i++) {
    fprintf(to,
            ",\"%d\":{\"checked\":%" PRIu64 ",\"translated\":%" PRIu64 ",\"queries\":%" PRIu64 "}",
            i, n.checked[i], n.translated[i], n.links[i].queries);
  }
}

void start(Program &p, limits *l) {
  constexpr Link kLinks[2] = {{0, kInside, kInside, 0}, {1, kAddress, kAddress, 0}};
  p.nat.limits = l;
  for (uint16_t port = 0; port < 2; port++) {
    Link link = kLinks[port];
    link.mac = load64(kMac[port]);
    p.nat.links[port].start(l, &p.nat.out[port], link);
  }
  p.nat.flows.start(l->flows, l->seed);
  p.clock = {rte_rdtsc(), rte_get_tsc_hz(), 0, 0};
}

}  // namespace
}  // namespace nat

int main(int argc, char **argv) {
  static limits limits;
  static nat::Program program;
  limits_start(&limits, argc, argv);
  nat::start(program, &limits);
  return limits_loop(&limits, nat::nat_burst, nat::report, &program);
}
