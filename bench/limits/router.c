// SPDX-License-Identifier: BSD-3-Clause
// What examples/router-static.click says, by hand.
//
// The common packet (IPv4 without options, unfragmented or not, TTL left, short enough, for the
// network behind the other port) is checked, patched and queued in straight line code in this
// file. Whatever else can happen is in router_slow.h, whole and out of line.
//
// DropBroadcasts has nothing to do here: FromDPDKDevice marks every packet as sent to this host.
#include "limits.h"
#include "router_slow.h"
#include "sums.h"

// Whether the longest prefix of `dst` (host order) surely leads to the other network than
// `port`'s. Destinations come in any order, so there is no branch in it; the addresses .0 and .1
// of a network, of which one is ours, are left to the rare path.
static ALWAYS_INLINE bool crosses(uint16_t port, uint32_t dst) {
  bool hits;
  if (port == 0) {
    hits = (dst - 0x0a000102u < 0xfeu);         // 10.0.1/24
    hits |= (dst - 0x0a010000u < 0x00020000u);  // 10.1/16, 10.2/16
  } else {
    hits = (dst - 0x0a000002u < 0xfeu);         // 10.0.0/24
    hits |= (dst - 0xac100000u < 0x00100000u);  // 172.16/12
    hits |= (dst - 0xc0a80000u < 0x00010000u);  // 192.168/16
  }
  __asm__("" : "+q"(hits));  // or the compiler turns it into branches
  return hits;
}

static ALWAYS_INLINE bool bad_source(uint32_t src) {
  // 10.0.0.255 and 10.0.1.255 differ in one bit; src + 1 is 0 or 1 for 255.255.255.255, 0.0.0.0.
  return (src & 0xfffffeffu) == 0x0a0000ffu || src + 1 <= 1;
}

// Everything the common packet goes through; false if it is not one, and then it is untouched.
// The header may be read before its length is known: the buffer is long enough.
static ALWAYS_INLINE bool forward(struct rte_mbuf *m, uint16_t port) {
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
  if (unlikely_(bad_source(load32(ip + 12)))) return false;
  uint32_t life;  // TTL, protocol, checksum
  memcpy(&life, ip + 8, 4);
  if (unlikely_((life & 0xff) <= 1)) return false;
  if (unlikely_(life >= 0xfffe0000)) return false;  // the checksum would carry around
  if (unlikely_(!crosses(port, load32(ip + 16)))) return false;
  // The TTL is the high byte of its word, thus one less there is one more in the checksum.
  life += 0x10000 - 1;
  memcpy(ip + 8, &life, 4);
  memcpy(frame, port == 0 ? kEncap1 : kEncap0, 12);  // the type is already there
  m->pkt_len = length + 14;
  m->data_len = (uint16_t)(length + 14);
  return true;
}

static ALWAYS_INLINE void router_burst_on(struct router *r, uint16_t port, struct rte_mbuf **m,
                                          uint16_t n) {
  struct queue *q = &r->out[port ^ 1];
  struct rte_mbuf **to = q->m + q->n;
  uint32_t slow = 0;
  for (struct rte_mbuf **end = m + n; m != end; m++) {
    if (likely_(forward(*m, port))) {
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
}

static ALWAYS_INLINE void router_burst(struct limits *l, void *state, uint16_t port,
                                       struct rte_mbuf **m, uint16_t n) {
  struct router *r = state;
  r->limits = l;
  if (port == 0) {
    router_burst_on(r, 0, m, n);
  } else {
    router_burst_on(r, 1, m, n);
  }
  for (uint16_t out = 0; out < 2; out++) {
    if (r->out[out].n != 0) queue_flush(r, out);
  }
}

int main(int argc, char **argv) {
  static struct router router;
  return limits_run(argc, argv, router_burst, router_report, &router);
}
