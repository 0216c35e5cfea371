// SPDX-License-Identifier: BSD-3-Clause
// The rare paths of the hand-written routers: every element of examples/router-static.click, in
// plain C. ROUTER_ONE_ROUTE makes it the router of examples/paper, with one port and one route;
// ROUTER_VLAN is the tag of what it sends then, and ROUTER_ACCEPT looks at packets with a good
// header. A packet that takes them is taken apart from the beginning; nothing here needs to be
// fast.
#pragma once

#include "icmp_error.h"
#include "ip_options.h"
#include "packets.h"

#ifndef MTU
#define MTU 1500
#endif
#ifndef ROUTER_ONE_ROUTE
#define ROUTER_ONE_ROUTE 0
#endif
#ifndef ROUTER_VLAN
#define ROUTER_VLAN 0
#endif
#define IP0 0x0a000001u
#define IP1 0x0a000101u

static const uint8_t kEncap0[14] = {2, 0, 0, 0, 0x10, 0, 2, 0, 0, 0, 0, 1, 8, 0};
static const uint8_t kEncap1[14] = {2, 0, 0, 0, 0x10, 1, 2, 0, 0, 0, 0, 2, 8, 0};
static const uint8_t kMac[2][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
static const uint32_t kAddress[2] = {IP0, IP1};

// What Click's read handlers would say, by element.
struct router {
  struct queue out[2];
  uint64_t checked[2];  // in*/check.count
  struct limits *limits;
  uint64_t bad_header[2];      // in*/check.drops
  uint64_t other[2];           // in*/Discard.count
  uint64_t arp_dropped[2];     // in*/ARPResponder: no such address, or not a query at all
  uint64_t local;              // local.count
  uint64_t bad_options[2];     // out*/options.drops
  uint64_t expired[2];         // out*/ttl.drops
  uint64_t unfragmentable[2];  // out*/fragment.drops
  uint64_t fragments[2];       // out*/fragment.fragments
  uint64_t refused;            // by ROUTER_ACCEPT
  uint64_t worked, sum;        // work.count, work.sum
  uint64_t unanswered;         // packets no ICMP error may be sent about
  uint64_t no_buffer, segments;
  uint16_t icmp_id;
};

// A packet after Strip(14), with its annotations. The mbuf's data is the IP header.
struct packet {
  struct rte_mbuf *m;
  uint32_t gateway;  // destination annotation, host order
  uint8_t paint;
  uint8_t problem;
  bool fix_source;
};

#ifdef ROUTER_ACCEPT
// False when the packet is gone.
static bool ROUTER_ACCEPT(struct router *r, struct packet *p);
#endif

static void queue_flush(struct router *r, uint16_t out) {
  queue_send(&r->out[out], r->limits, out);
}
static void queue_add(struct router *r, uint16_t out, struct rte_mbuf *m) {
  queue_put(&r->out[out], r->limits, out, m);
}

static void discard(struct packet *p, uint64_t *reason) {
  ++*reason;
  rte_pktmbuf_free(p->m);
}

static struct rte_mbuf *make_buffer(struct router *r, uint32_t length) {
  struct rte_mbuf *m = new_buffer(r->limits, length);
  if (m == NULL) r->no_buffer++;
  return m;
}

// --- ICMPError -----------------------------------------------------------------------------

// Turns the packet into an ICMP error about itself; false if there is none, the packet is gone.
static bool icmp_error(struct router *r, struct packet *p, uint32_t source, uint8_t type,
                       uint8_t code) {
  const uint8_t *about = bytes(p->m);
  if (!may_answer(about, p->m->data_len, type)) {
    discard(p, &r->unanswered);
    return false;
  }
  const struct icmp_error error = {.source = source,
                                   .type = type,
                                   .code = code,
                                   .id = (uint16_t)(r->icmp_id + 1),
                                   .gateway = p->gateway,
                                   .problem = p->problem};
  struct rte_mbuf *m = make_icmp_error(r->limits, about, p->m->data_len, &error);
  rte_pktmbuf_free(p->m);
  if (m == NULL) {
    r->no_buffer++;
    return false;
  }
  r->icmp_id++;
  *p = (struct packet){.m = m, .gateway = load32(bytes(m) + 16), .fix_source = true};
  return true;
}

// --- IPFragmenter and EtherEncap -----------------------------------------------------------

static void transmit(struct router *r, uint16_t out, struct rte_mbuf *m) {
  const uint8_t *encap = out == 0 ? kEncap0 : kEncap1;
  if (ROUTER_VLAN != 0) {
    store16(rte_pktmbuf_prepend(m, 2), RTE_ETHER_TYPE_IPV4);
    store16(rte_pktmbuf_prepend(m, 2), ROUTER_VLAN);
    store16(rte_pktmbuf_prepend(m, 2), RTE_ETHER_TYPE_VLAN);
    memcpy(rte_pktmbuf_prepend(m, 12), encap, 12);
  } else {
    memcpy(rte_pktmbuf_prepend(m, 14), encap, 14);
  }
  queue_add(r, out, m);
}

// Sends payload bytes [offset, offset + size) behind `header`.
static void send_fragment(struct router *r, uint16_t out, const uint8_t *header,
                          const uint8_t *payload, uint32_t offset, uint32_t size, bool more) {
  const uint32_t length = header_length(header);
  struct rte_mbuf *m = make_buffer(r, length + size);
  if (m == NULL) return;
  uint8_t *ip = bytes(m);
  memcpy(ip, header, length);
  memcpy(ip + length, payload + offset, size);
  const uint32_t field = load16(header + 6) + (offset >> 3);
  store16(ip + 6, (uint16_t)(more ? field | 0x2000 : field & ~0x2000u));
  store16(ip + 2, (uint16_t)(length + size));
  seal_header(ip);
  transmit(r, out, m);
  r->fragments[out]++;
}

static void fragment(struct router *r, uint16_t out, struct packet *p) {
  const uint8_t *ip = bytes(p->m);
  const uint32_t header = header_length(ip), total = load16(ip + 2) - header;
  const bool had_more = load16(ip + 6) & 0x2000;
  uint8_t first[60], rest[60];
  memcpy(first, ip, header);
  memcpy(rest, ip, 20);
  const uint32_t rest_header = 20 + copy_options(ip, rest);
  rest[0] = (uint8_t)(0x40 | rest_header >> 2);
  uint32_t offset = (MTU - header) & ~7u;
  send_fragment(r, out, first, ip + header, 0, offset, true);
  while (offset < total) {
    const uint32_t size = RTE_MIN((MTU - rest_header) & ~7u, total - offset);
    send_fragment(r, out, rest, ip + header, offset, size, had_more || offset + size < total);
    offset += size;
  }
  rte_pktmbuf_free(p->m);
}

// --- Output --------------------------------------------------------------------------------

static void route(struct router *r, struct packet *p);

static void answer(struct router *r, struct packet *p, uint16_t out, uint8_t type, uint8_t code) {
  if (icmp_error(r, p, kAddress[out], type, code)) route(r, p);
}

// IPFragmenter and EtherEncap, of a packet that is too long.
static void send_fragments(struct router *r, uint16_t out, struct packet *p) {
  const uint8_t *ip = bytes(p->m);
  const uint32_t first = (MTU - header_length(ip)) & ~7u;
  if (load16(ip + 6) & 0x4000 || MTU - header_length(ip) < 8 || first < 8) {
    r->unfragmentable[out]++;
    return answer(r, p, out, ICMP_UNREACHABLE, CODE_NEED_FRAGMENT);
  }
  fragment(r, out, p);
}

// IPGWOptions, FixIPSrc, DecIPTTL, IPFragmenter, EtherEncap.
static void send_on(struct router *r, uint16_t out, struct packet *p) {
  uint8_t *ip = bytes(p->m);
  if (header_length(ip) > 20 && !handle_options(ip, kAddress[out], &p->problem)) {
    r->bad_options[out]++;
    return answer(r, p, out, ICMP_PARAMETER_PROBLEM, 0);
  }
  if (p->fix_source) {
    p->fix_source = false;
    store32(ip + 12, kAddress[out]);
    seal_header(ip);
  }
  if (ip[8] <= 1) {
    r->expired[out]++;
    return answer(r, p, out, ICMP_TIME_EXCEEDED, 0);
  }
  ip[8]--;
  const uint32_t risen = load16(ip + 10) + 0x100u;
  store16(ip + 10, (uint16_t)(risen + (risen >= 0xffff)));
  if (p->m->data_len <= MTU) return transmit(r, out, p->m);
  send_fragments(r, out, p);
}

static void output(struct router *r, uint16_t out, struct packet *p) {
  if (ROUTER_ONE_ROUTE || p->paint != out) return send_on(r, out, p);
  struct packet copy = *p;
  copy.m = rte_pktmbuf_copy(p->m, r->limits->pool, 0, UINT32_MAX);
  if (copy.m == NULL) {
    r->no_buffer++;
  } else {
    send_on(r, out, &copy);
  }
  answer(r, p, out, ICMP_REDIRECT, CODE_HOST);
}

// StaticIPLookup. Outputs: 0 ourselves, 1 and 2 the networks, 3 nobody knows.
static unsigned lookup(uint32_t *dst) {
  const uint32_t d = *dst;
  if (ROUTER_ONE_ROUTE) return d == IP0 ? 0 : (*dst = 0x0a000002, 1);
  if (d == IP0 || d == IP1) return 0;
  if (d >> 8 == 0x0a0000) return 1;
  if (d >> 8 == 0x0a0001) return 2;
  if (d >> 16 == 0x0a01) return *dst = 0x0a000102, 2;
  if (d >> 16 == 0x0a02) return *dst = 0x0a000103, 2;
  if (d >> 20 == 0xac1) return *dst = 0x0a000002, 1;
  if (d >> 16 == 0xc0a8) return *dst = 0x0a000003, 1;
  return 3;
}

static void route(struct router *r, struct packet *p) {
  switch (lookup(&p->gateway)) {
    case 0:
      return discard(p, &r->local);
    case 1:
      return output(r, 0, p);
    case 2:
      return output(r, 1, p);
    default:
      // An error that cannot be routed either comes back here once, and is not answered.
      answer(r, p, 0, ICMP_UNREACHABLE, CODE_NET);
  }
}

// --- Input ---------------------------------------------------------------------------------

// CheckIPHeader; trims the packet to the length that the header says.
static bool check_header(struct packet *p) {
  const uint8_t *ip = bytes(p->m);
  const uint32_t available = p->m->data_len;
  if (available < 20 || ip[0] >> 4 != 4) return false;
  const uint32_t header = header_length(ip), length = load16(ip + 2);
  if (header < 20 || length > available || length < header) return false;
  if (internet_checksum(ip, header) != 0) return false;
  const uint32_t src = load32(ip + 12), dst = load32(ip + 16);
  const bool two = !ROUTER_ONE_ROUTE;  // and so two networks
  const bool bad = src == 0 || src == 0xffffffff || src == 0x0a0000ff || (two && src == 0x0a0001ff);
  if (bad && dst != IP0 && !(two && dst == IP1)) return false;
  rte_pktmbuf_trim(p->m, (uint16_t)(available - length));
  p->gateway = dst;
  return true;
}

static void arp_respond(struct router *r, uint16_t port, struct packet *p) {
  const uint8_t *query = bytes(p->m) + 14;
  static const uint8_t kind[8] = {0, 1, 8, 0, 6, 4, 0, 1};  // Ethernet, IPv4, request
  const bool asked = p->m->data_len >= 42 && memcmp(query, kind, 4) == 0 &&
                     memcmp(query + 6, kind + 6, 2) == 0 && load32(query + 24) == kAddress[port];
  struct rte_mbuf *m = asked ? make_buffer(r, 42) : NULL;
  if (m == NULL) return discard(p, &r->arp_dropped[port]);
  uint8_t *frame = bytes(m), *reply = frame + 14;
  memcpy(frame, query + 8, 6);
  memcpy(frame + 6, kMac[port], 6);
  store16(frame + 12, RTE_ETHER_TYPE_ARP);
  memcpy(reply, kind, 8);
  reply[7] = RTE_ARP_OP_REPLY;
  memcpy(reply + 8, kMac[port], 6);
  store32(reply + 14, kAddress[port]);
  memcpy(reply + 18, query + 8, 10);
  rte_pktmbuf_free(p->m);
  queue_add(r, port, m);
}

// A packet that is not the common one, from the beginning.
static COLD void router_slow(struct router *r, uint16_t port, struct rte_mbuf *m) {
  struct packet p = {.m = m, .paint = (uint8_t)port};
  if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) return discard(&p, &r->segments);
  const uint8_t *frame = bytes(m);
  const uint16_t type = m->data_len >= 14 ? load16(frame + 12) : 0;
  if (type == RTE_ETHER_TYPE_ARP && m->data_len >= 22 && load16(frame + 20) == RTE_ARP_OP_REQUEST) {
    return arp_respond(r, port, &p);
  }
  if (type != RTE_ETHER_TYPE_IPV4) return discard(&p, &r->other[port]);
  rte_pktmbuf_adj(m, 14);
  if (!check_header(&p)) return discard(&p, &r->bad_header[port]);
  r->checked[port]++;
#ifdef ROUTER_ACCEPT
  if (!ROUTER_ACCEPT(r, &p)) return;
#endif
  route(r, &p);
}

static void router_report(const void *state, FILE *to) {
  const struct router *r = (const struct router *)state;
  fprintf(to,
          ",\"local\":%" PRIu64 ",\"unanswered\":%" PRIu64 ",\"no_buffer\":%" PRIu64
          ",\"segments\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"worked\":%" PRIu64
          ",\"sum\":%" PRIu64,
          r->local, r->unanswered, r->no_buffer, r->segments, r->refused, r->worked, r->sum);
  for (int i = 0; i < 2; i++) {
    fprintf(to,
            ",\"%d\":{\"checked\":%" PRIu64 ",\"bad_header\":%" PRIu64 ",\"other\":%" PRIu64
            ",\"arp_dropped\":%" PRIu64 ",\"bad_options\":%" PRIu64 ",\"expired\":%" PRIu64
            ",\"unfragmentable\":%" PRIu64 ",\"fragments\":%" PRIu64 "}",
            i, r->checked[i], r->bad_header[i], r->other[i], r->arp_dropped[i], r->bad_options[i],
            r->expired[i], r->unfragmentable[i], r->fragments[i]);
  }
}
