// SPDX-License-Identifier: BSD-3-Clause
// The rare paths of the hand-written NAT: every element of examples/paper/router-nat.click, one
// function for each that packets go on with. A packet that takes them is taken apart from the
// beginning; nothing here needs to be fast.
#pragma once

#include "nat_translate.h"
#include "neighbours.h"

namespace nat {

inline constexpr uint32_t kInside = 0x0a000001;   // 10.0.0.1
inline constexpr uint32_t kGateway = 0xc00002fe;  // 192.0.2.254
inline constexpr uint8_t kMac[2][8] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
enum : uint8_t { kPortUnreachable = 3, kEchoReply = 0, kEcho = 8, kEchoTtl = 255 };

// A packet behind Strip(14): its data is the IP header. `to_all`: its frame was.
struct Packet {
  struct rte_mbuf *m;
  bool to_all;
};

struct Nat {
  struct queue out[2];
  Neighbours links[2];
  Flows flows;
  struct limits *limits;
  uint64_t checked[2], translated[2];
  uint64_t bad_header, other, arp_dropped, to_all, unknown, untranslatable, unanswered, no_buffer;
  uint64_t segments, expired;
  uint16_t icmp_id;
};

static void inside(Nat &n, Packet p);
static void outside(Nat &n, Packet p);

static void discard(Packet p, uint64_t &reason) {
  ++reason;
  rte_pktmbuf_free(p.m);
}
inline uint32_t destination(const Packet &p) { return load32(bytes(p.m) + 16); }

// Turns the packet into an ICMP error about itself; false when there is none, and it is gone.
static bool answer(Nat &n, Packet &p, uint32_t source, uint8_t type, uint8_t code) {
  if (p.to_all || !may_answer(bytes(p.m), p.m->data_len, type)) {
    discard(p, n.unanswered);
    return false;
  }
  const struct icmp_error error = {.source = source,
                                   .type = type,
                                   .code = code,
                                   .id = static_cast<uint16_t>(n.icmp_id + 1),
                                   .gateway = 0,
                                   .problem = 0};
  struct rte_mbuf *m = make_icmp_error(n.limits, bytes(p.m), p.m->data_len, &error);
  rte_pktmbuf_free(p.m);
  if (m == nullptr) return n.no_buffer++, false;
  n.icmp_id++;
  p = {m, false};
  return true;
}

// ICMPPingResponder: makes a request for an echo the answer; false when it is none.
static bool answer_ping(Packet p) {
  uint8_t *ip = bytes(p.m);
  const uint32_t header = header_length(ip), length = p.m->data_len;
  uint8_t *icmp = ip + header;
  if (ip[9] != kIcmp || (load16(ip + 6) & 0x3fff) != 0) return false;
  if (length < header + 8 || icmp[0] != kEcho || p.to_all) return false;
  if (!names_one_host(load32(ip + 12)) || !names_one_host(load32(ip + 16))) return false;
  if (is_source_routed(ip)) return false;
  uint8_t source[4];
  memcpy(source, ip + 12, 4);
  memcpy(ip + 12, ip + 16, 4);
  memcpy(ip + 16, source, 4);
  ip[8] = kEchoTtl;
  seal_header(ip);
  patch(icmp + 2, change_of_port(kEcho, kEchoReply));
  icmp[0] = kEchoReply;
  // Of an answer that is zero all over the checksum is the one that is 0xffff.
  if (load16(icmp + 2) == 0 && internet_checksum(icmp, length - header) == 0xffff)
    store16(icmp + 2, 0xffff);
  return true;
}

// DecIPTTL; false when it has run out.
static bool decrement(Packet p) {
  uint8_t *ip = bytes(p.m);
  if (ip[8] <= 1) return false;
  ip[8]--;
  const uint32_t risen = load16(ip + 10) + 0x100u;
  store16(ip + 10, static_cast<uint16_t>(risen + (risen >= 0xffff)));
  return true;
}

inline uint8_t tcp_flags(const uint8_t *ip) {
  return ip[9] == kTcp ? ip[header_length(ip) + 13] & (kFin | kSyn | kRst) : 0;
}
inline uint8_t all_tcp_flags(const uint8_t *ip) { return ip[header_length(ip) + 13]; }

// Whether the header of TCP or UDP is whole; others have none.
inline bool is_whole(const uint8_t *ip, uint32_t length) {
  const uint32_t n = length - header_length(ip);
  return ip[9] == kIcmp || n >= (ip[9] == kTcp ? 20u : 8u);
}

// --- on the way outside ----------------------------------------------------------------------

// FlowIPManagerIMP and FlowIPNAT; false when it cannot be translated.
static bool translate_out(Nat &n, Packet p) {
  uint8_t *ip = bytes(p.m);
  const uint32_t length = p.m->data_len;
  Key key;
  const Reading reading = read_key(ip, length, key);
  if (reading == Reading::quoted) {
    // About something that came back. Who says so may be a router inside.
    const Entry *e = n.flows.out().find(key, n.flows.out().home(key));
    if (e == nullptr) return false;
    uint32_t source;
    const uint32_t address = rte_cpu_to_be_32(kAddress);
    memcpy(&source, ip + 12, 4);
    memcpy(ip + 12, &address, 4);
    patch(ip + 10, change(source, address));
    const auto own = static_cast<uint32_t>(key.addresses);
    change_quoted(ip, length, false, {own, address, static_cast<uint16_t>(key.rest), e->port});
    return true;
  }
  if (reading != Reading::ports || !is_whole(ip, length)) return false;
  // An answer inside is to a question from outside, which had nobody to go to.
  if (ip[9] == kIcmp && (key.rest >> 16 & 0xffff) != 0) return false;
  Entry *e = n.flows.any_outgoing(key);
  if (e == nullptr) return false;
  if (tcp_flags(ip) != 0) n.flows.follow(*e, all_tcp_flags(ip), true);
  change_end(ip, length - header_length(ip), true,
             {static_cast<uint32_t>(key.addresses), rte_cpu_to_be_32(kAddress),
              static_cast<uint16_t>(key.rest), e->port});
  return true;
}

static void outside(Nat &n, Packet p) {
  const uint32_t dst = destination(p);
  n.links[1].send(p.m, n.links[1].is_near(dst) ? dst : kGateway);
}

static void inside(Nat &n, Packet p) {
  const uint32_t dst = destination(p);
  if (dst == kInside || dst == kAddress) {
    if (answer_ping(p) || answer(n, p, kInside, ICMP_UNREACHABLE, kPortUnreachable)) inside(n, p);
    return;
  }
  if (p.to_all) return discard(p, n.to_all);
  if (n.links[0].is_near(dst)) return n.links[0].send(p.m, dst);
  if (!decrement(p)) {
    n.expired++;
    if (answer(n, p, kInside, ICMP_TIME_EXCEEDED, 0)) inside(n, p);
    return;
  }
  if (!translate_out(n, p)) return discard(p, n.untranslatable);
  n.translated[0]++;
  outside(n, p);
}

// --- on the way back -------------------------------------------------------------------------

// FlowIPNATReverse; false when it belongs to no flow.
static bool translate_back(Nat &n, Packet p) {
  uint8_t *ip = bytes(p.m);
  const uint32_t length = p.m->data_len;
  Key key;
  const Reading reading = read_key(ip, length, key);
  if (reading != Reading::quoted && (reading != Reading::ports || !is_whole(ip, length)))
    return false;
  Entry *e = n.flows.returning(key, n.flows.back().home(key));
  if (e == nullptr) return false;
  const End end = {rte_cpu_to_be_32(kAddress), e->address, static_cast<uint16_t>(key.rest >> 16),
                   e->port};
  if (reading == Reading::quoted) {
    patch(ip + 10, change(rte_cpu_to_be_32(kAddress), e->address));
    memcpy(ip + 16, &e->address, 4);
    change_quoted(ip, length, true, end);
    return true;
  }
  if (tcp_flags(ip) != 0) n.flows.follow_returning(*e, all_tcp_flags(ip));
  change_end(ip, length - header_length(ip), false, end);
  return true;
}

static void from_outside(Nat &n, Packet p) {
  const uint8_t *ip = bytes(p.m);
  const bool is_echo = ip[9] == kIcmp && (load16(ip + 6) & 0x1fff) == 0 &&
                       p.m->data_len > header_length(ip) && ip[header_length(ip)] == kEcho;
  if (ip[8] < 2 && !is_echo) {
    n.expired++;
    if (answer(n, p, kAddress, ICMP_TIME_EXCEEDED, 0)) outside(n, p);
    return;
  }
  if (translate_back(n, p)) {
    n.translated[1]++;
    if (!decrement(p)) return discard(p, n.expired);
    return n.links[0].send(p.m, destination(p));
  }
  if (destination(p) != kAddress) return discard(p, n.unknown);
  if (answer_ping(p) || answer(n, p, kAddress, ICMP_UNREACHABLE, kPortUnreachable)) outside(n, p);
}

// --- Input -----------------------------------------------------------------------------------

static bool check_header(Packet p) {
  const uint8_t *ip = bytes(p.m);
  const uint32_t available = p.m->data_len;
  if (available < 20 || ip[0] >> 4 != 4) return false;
  const uint32_t header = header_length(ip), length = load16(ip + 2);
  if (header < 20 || length > available || length < header) return false;
  if (internet_checksum(ip, header) != 0) return false;
  rte_pktmbuf_trim(p.m, static_cast<uint16_t>(available - length));
  return true;
}

static void arp_respond(Nat &n, uint16_t port, struct rte_mbuf *m) {
  uint8_t *frame = bytes(m), *arp = frame + 14;
  static const uint8_t kind[8] = {0, 1, 8, 0, 6, 4, 0, 1};  // Ethernet, IPv4, request
  const bool asked = m->data_len >= 42 && memcmp(arp, kind, 4) == 0 &&
                     memcmp(arp + 6, kind + 6, 2) == 0 &&
                     load32(arp + 24) == n.links[port].link().address;
  if (!asked) return discard({m, false}, n.arp_dropped);
  memcpy(frame, arp + 8, 6);
  memcpy(frame + 6, kMac[port], 6);
  memcpy(arp + 18, arp + 8, 10);
  memcpy(arp, kind, 8);
  arp[7] = RTE_ARP_OP_REPLY;
  memcpy(arp + 8, kMac[port], 6);
  store32(arp + 14, n.links[port].link().address);
  rte_pktmbuf_trim(m, static_cast<uint16_t>(m->data_len - 42));
  queue_put(&n.out[port], n.limits, port, m);
}

// A packet that is not the common one, from the beginning.
static COLD void slow(Nat &n, uint16_t port, struct rte_mbuf *m) {
  Packet p = {m, false};
  if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) return discard(p, n.segments);
  const uint8_t *frame = bytes(m);
  p.to_all = m->data_len >= 12 && (frame[0] & 1) != 0;
  if (m->data_len < 14 || (!p.to_all && memcmp(frame, kMac[port], 6) != 0))
    return discard(p, n.other);
  const uint16_t type = load16(frame + 12);
  const uint16_t operation =
      type == RTE_ETHER_TYPE_ARP && m->data_len >= 22 ? load16(frame + 20) : 0;
  if (operation == RTE_ARP_OP_REQUEST) return arp_respond(n, port, m);
  if (operation == RTE_ARP_OP_REPLY) return n.links[port].learn(m);
  if (type != RTE_ETHER_TYPE_IPV4) return discard(p, n.other);
  rte_pktmbuf_adj(m, 14);
  if (!check_header(p)) return discard(p, n.bad_header);
  n.checked[port]++;
  port == 0 ? inside(n, p) : from_outside(n, p);
}

}  // namespace nat
