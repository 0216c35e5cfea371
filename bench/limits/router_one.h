// SPDX-License-Identifier: BSD-3-Clause
// What examples/paper/router.click says, by hand: one port, one route. Programs that include it may
// define ROUTER_VLAN, a tag for what is sent, and functions for packets with a good header:
// ROUTER_PASSES(ip, length), whether a common packet surely passes what ROUTER_ACCEPT looks for in
// all others, ROUTER_WORK(r), what is done for each that passes, and ROUTER_BURST_ENDS(r), what is
// done before those of a burst are sent.
//
// As in router.c, the common packet is checked, patched and queued here, and router_slow.h is the
// rest.
#pragma once

#define ROUTER_ONE_ROUTE 1

#include "limits.h"
#include "router_slow.h"
#include "sums.h"

#ifndef ROUTER_PASSES
#define ROUTER_PASSES(ip, length) true
#endif
#ifndef ROUTER_WORK
#define ROUTER_WORK(r) (void)(r)
#endif
#ifndef ROUTER_BURST_ENDS
#define ROUTER_BURST_ENDS(r) (void)(r)
#endif

// Everything the common packet goes through; false if it is not one, and then it is untouched.
// The header may be read before its length is known: the buffer is long enough.
static ALWAYS_INLINE bool forward(struct router *r, struct rte_mbuf *m) {
  uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
  uint8_t *ip = frame + 14;
  uint32_t kind;  // Ethernet type, version and header length, and the type of service
  memcpy(&kind, frame + 12, 4);
  if (unlikely_((kind & 0x00ffffff) != 0x00450008)) return false;
  const uint32_t length = load16(ip + 2), available = m->pkt_len;
  if (unlikely_(length - 20 > MTU - 20)) return false;
  if (unlikely_(length + 14 > available)) return false;
  if (unlikely_(available != m->data_len)) return false;
  if (unlikely_(!checksum_holds(ip))) return false;
  const uint32_t src = load32(ip + 12);
  if (unlikely_(src == 0x0a0000ffu || src + 1 <= 1)) return false;
  uint32_t life;  // TTL, protocol, checksum
  memcpy(&life, ip + 8, 4);
  if (unlikely_((life & 0xff) <= 1)) return false;
  if (unlikely_(life >= 0xfffe0000)) return false;  // the checksum would carry around
  if (unlikely_(load32(ip + 16) == IP0)) return false;
  if (unlikely_(!ROUTER_PASSES(ip, length))) return false;
  ROUTER_WORK(r);
  // The TTL is the high byte of its word, thus one less there is one more in the checksum.
  life += 0x10000 - 1;
  memcpy(ip + 8, &life, 4);
  // The type is already there, behind the tag, too.
  const uint16_t tag = ROUTER_VLAN != 0 ? 4 : 0;
  memcpy(frame - tag, kEncap0, 12);
  if (ROUTER_VLAN != 0) {
    const uint32_t value = rte_cpu_to_be_32((uint32_t)RTE_ETHER_TYPE_VLAN << 16 | ROUTER_VLAN);
    memcpy(frame - tag + 12, &value, 4);
    m->data_off = (uint16_t)(m->data_off - tag);
  }
  m->pkt_len = length + 14 + tag;
  m->data_len = (uint16_t)(length + 14 + tag);
  return true;
}

static ALWAYS_INLINE void router_one_burst(struct limits *l, void *state, uint16_t port,
                                           struct rte_mbuf **m, uint16_t n) {
  struct router *r = (struct router *)state;
  r->limits = l;
  struct queue *q = &r->out[0];
  struct rte_mbuf **to = q->m + q->n;
  uint32_t slow = 0;
  for (struct rte_mbuf **end = m + n; m != end; m++) {
    if (likely_(forward(r, *m))) {
      *to++ = *m;
      continue;
    }
    q->n = (uint16_t)(to - q->m);
    router_slow(r, port, *m);
    to = q->m + q->n;
    slow++;
  }
  q->n = (uint16_t)(to - q->m);
  r->checked[port] += n - slow;
  ROUTER_BURST_ENDS(r);
  if (q->n != 0) queue_flush(r, 0);
}

static ALWAYS_INLINE int router_one_run(int argc, char **argv) {
  static struct router router;
  return limits_run(argc, argv, router_one_burst, router_report, &router);
}
