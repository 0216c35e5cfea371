// SPDX-License-Identifier: BSD-3-Clause
// What all hand-written routers do with packets: numbers in headers, checksums where nothing
// hurries, and packets on their way to a port.
#pragma once

#include <rte_arp.h>
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>

#include "limits.h"

#define QUEUE_FLUSH 64

struct queue {
  uint16_t n;
  // Flushed at QUEUE_FLUSH by the rare path; the common one adds a burst at most before the end.
  struct rte_mbuf *m[QUEUE_FLUSH + 2 * LIMITS_BURST];
};

static ALWAYS_INLINE uint16_t load16(const void *p) {
  uint16_t v;
  memcpy(&v, p, 2);
  return rte_be_to_cpu_16(v);
}
static ALWAYS_INLINE uint32_t load32(const void *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return rte_be_to_cpu_32(v);
}
static void store16(void *p, uint16_t v) {
  v = rte_cpu_to_be_16(v);
  memcpy(p, &v, 2);
}
static void store32(void *p, uint32_t v) {
  v = rte_cpu_to_be_32(v);
  memcpy(p, &v, 4);
}
static uint8_t *bytes(const struct rte_mbuf *m) { return rte_pktmbuf_mtod(m, uint8_t *); }
static uint32_t header_length(const uint8_t *ip) { return (uint32_t)(ip[0] & 15) << 2; }

// The Internet checksum of `n` bytes, as it is stored in a header.
static uint16_t internet_checksum(const uint8_t *p, uint32_t n) {
  uint32_t sum = 0;
  for (; n > 1; p += 2, n -= 2) sum += load16(p);
  if (n == 1) sum += (uint32_t)p[0] << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static void seal_header(uint8_t *ip) {
  store16(ip + 10, 0);
  store16(ip + 10, internet_checksum(ip, header_length(ip)));
}

static void queue_send(struct queue *q, struct limits *l, uint16_t port) {
  limits_send(l, port, q->m, q->n);
  q->n = 0;
}

static void queue_put(struct queue *q, struct limits *l, uint16_t port, struct rte_mbuf *m) {
  q->m[q->n++] = m;
  if (q->n == QUEUE_FLUSH) queue_send(q, l, port);
}

// A packet of `length` bytes; NULL when there is none left.
static struct rte_mbuf *new_buffer(const struct limits *l, uint32_t length) {
  struct rte_mbuf *m = rte_pktmbuf_alloc(l->pool);
  if (m == NULL || rte_pktmbuf_append(m, (uint16_t)length) == NULL) {
    rte_pktmbuf_free(m);
    return NULL;
  }
  return m;
}
