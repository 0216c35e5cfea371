// SPDX-License-Identifier: BSD-3-Clause
// ICMP errors: about which packets one may be sent, and what it says (RFC 792, RFC 1812).
#pragma once

#include "packets.h"

#define ICMP_MTU 576  // of an error message, quoted packet included
#define ICMP_TTL 200

enum {
  ICMP_UNREACHABLE = 3,
  ICMP_SOURCE_QUENCH = 4,
  ICMP_REDIRECT = 5,
  ICMP_TIME_EXCEEDED = 11,
  ICMP_PARAMETER_PROBLEM = 12
};
enum { CODE_NET = 0, CODE_HOST = 1, CODE_NEED_FRAGMENT = 4 };

static bool is_icmp_error(uint8_t type) {
  return type == ICMP_UNREACHABLE || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
         type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER_PROBLEM;
}

static bool is_unicast(uint32_t address) { return address != 0xffffffff && address >> 28 != 14; }

static bool names_one_host(uint32_t source) {
  const uint32_t net = source >> 24;
  return is_unicast(source) && net != 127 && net != 0 && source >> 28 != 15;
}

static bool is_source_routed(const uint8_t *ip) {
  const uint32_t end = header_length(ip);
  for (uint32_t i = 20; i < end && ip[i] != RTE_IPV4_HDR_OPT_EOL;) {
    if (ip[i] == 1) {
      i++;
    } else if (i + 1 >= end || ip[i + 1] < 2 || i + ip[i + 1] > end) {
      return false;
    } else if (ip[i] == 131 || ip[i] == 137) {
      return true;
    } else {
      i += ip[i + 1];
    }
  }
  return false;
}

// RFC 1812 4.3.2.7: whether an error about this packet, of which `available` bytes are there, may
// be sent.
static bool may_answer(const uint8_t *ip, uint32_t available, uint8_t type) {
  const uint32_t header = header_length(ip);
  if (ip[9] == 1 && (available < header + 4u || is_icmp_error(ip[header]))) return false;
  if ((load16(ip + 6) & 0x1fff) != 0) return false;
  if (!is_unicast(load32(ip + 16)) || !names_one_host(load32(ip + 12))) return false;
  return type != ICMP_REDIRECT || !is_source_routed(ip);
}

struct icmp_error {
  uint32_t source;
  uint8_t type, code;
  uint16_t id;  // of the IP header
  uint32_t gateway;
  uint8_t problem;  // which byte of the header is wrong
};

// An error about a packet, with its IP header; NULL when there is no buffer.
static struct rte_mbuf *make_icmp_error(const struct limits *l, const uint8_t *about,
                                        uint32_t available, const struct icmp_error *error) {
  const uint32_t quoted = RTE_MIN(available, (uint32_t)(ICMP_MTU - 28));
  struct rte_mbuf *m = new_buffer(l, 28 + quoted);
  if (m == NULL) return NULL;
  uint8_t *ip = bytes(m), *icmp = ip + 20;
  memset(ip, 0, 28);
  ip[0] = 0x45;
  store16(ip + 2, (uint16_t)(28 + quoted));
  store16(ip + 4, error->id);
  ip[8] = ICMP_TTL;
  ip[9] = 1;
  store32(ip + 12, error->source);
  memcpy(ip + 16, about + 12, 4);
  seal_header(ip);
  icmp[0] = error->type;
  icmp[1] = error->code;
  if (error->type == ICMP_REDIRECT) store32(icmp + 4, error->gateway);
  if (error->type == ICMP_PARAMETER_PROBLEM) icmp[4] = error->problem;
  memcpy(icmp + 8, about, quoted);
  store16(icmp + 2, internet_checksum(icmp, 8 + quoted));
  return m;
}
