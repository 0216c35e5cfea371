// SPDX-License-Identifier: BSD-3-Clause
// What examples/paper/router-ids-vlan.click says, by hand: TCP, UDP and ICMP are looked into, and
// what is sent has a VLAN tag.
#include <stdbool.h>
#include <stdint.h>

static bool passes(const uint8_t *ip, uint32_t length);

#define ROUTER_VLAN 100
#define ROUTER_PASSES(ip, length) passes(ip, length)
#define ROUTER_ACCEPT accept_packet

#include "router_one.h"

enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

// Whether the checksum of `n` bytes, 8 or more, and of the pseudo header in front of them holds.
static ALWAYS_INLINE bool segment_holds(const uint8_t *ip, const uint8_t *at, uint32_t n) {
  const uint32_t rest = rte_cpu_to_be_16((uint16_t)n) + ((uint32_t)ip[9] << 8);
  uint64_t sum = word64(ip + 12);
  __asm__("addq %1, %0\n\tadcq $0, %0" : "+r"(sum) : "r"((uint64_t)rest) : "cc");
  return sum_up(sum, at, n) % 0xffff == 0;
}

// Of a packet that is whole and has no IP options, whether it surely is good. ICMP but for echoes,
// and fragments of what is looked into, are not common.
static ALWAYS_INLINE bool passes(const uint8_t *ip, uint32_t length) {
  const uint8_t *at = ip + 20, protocol = ip[9];
  const uint32_t n = length - 20;
  if (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP && protocol != PROTOCOL_ICMP)
    return true;
  if (unlikely_((load16(ip + 6) & 0x3fff) != 0)) return false;
  if (likely_(protocol == PROTOCOL_TCP)) {
    const uint32_t header = (uint32_t)(at[12] >> 4) << 2;
    return n >= 20 && header >= 20 && header <= n && segment_holds(ip, at, n);
  }
  if (n < 8) return false;
  if (protocol == PROTOCOL_UDP) {
    const uint32_t says = load16(at + 4);
    if (says < 8 || says > n) return false;
    return load16(at + 6) == 0 || segment_holds(ip, at, says);
  }
  return (at[0] == 0 || at[0] == 8) && sum_up(0, at, n) % 0xffff == 0 && load16(at + 2) != 0;
}

// --- all other packets ---------------------------------------------------------------------

// As internet_checksum, with a pseudo header in front.
static uint16_t segment_checksum(const uint8_t *ip, const uint8_t *at, uint32_t n) {
  uint8_t pseudo[12];
  memcpy(pseudo, ip + 12, 8);
  pseudo[8] = 0;
  pseudo[9] = ip[9];
  store16(pseudo + 10, (uint16_t)n);
  uint32_t sum =
      (uint16_t)~internet_checksum(pseudo, 12) + (uint32_t)(uint16_t)~internet_checksum(at, n);
  sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static bool is_good_icmp(const uint8_t *at, uint32_t n) {
  if (n < 8) return false;
  if (is_icmp_error(at[0]) && n < 36) return false;
  if ((at[0] == 13 || at[0] == 14) && n != 20) return false;
  if ((at[0] == 15 || at[0] == 16) && n != 8) return false;
  return internet_checksum(at, n) == 0;
}

static bool is_good(const uint8_t *ip) {
  const uint32_t header = header_length(ip), n = load16(ip + 2) - header;
  const uint8_t *at = ip + header;
  if (ip[9] != PROTOCOL_TCP && ip[9] != PROTOCOL_UDP && ip[9] != PROTOCOL_ICMP) return true;
  if ((load16(ip + 6) & 0x3fff) != 0) return false;
  if (ip[9] == PROTOCOL_ICMP) return is_good_icmp(at, n);
  if (ip[9] == PROTOCOL_TCP) {
    return n >= 20 && at[12] >> 4 >= 5 && (uint32_t)(at[12] >> 4) * 4 <= n &&
           segment_checksum(ip, at, n) == 0;
  }
  const uint32_t says = n < 8 ? 0 : load16(at + 4);
  return says >= 8 && says <= n && (load16(at + 6) == 0 || segment_checksum(ip, at, says) == 0);
}

static bool accept_packet(struct router *r, struct packet *p) {
  if (is_good(bytes(p->m))) return true;
  discard(p, &r->refused);
  return false;
}

int main(int argc, char **argv) { return router_one_run(argc, argv); }
