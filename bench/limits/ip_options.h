// SPDX-License-Identifier: BSD-3-Clause
// IP options (RFC 791): what routers write into them, and which of them fragments carry.
#pragma once

#include <time.h>

#include "packets.h"

static uint32_t milliseconds_today(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint32_t)(now.tv_sec % 86400) * 1000 + (uint32_t)(now.tv_nsec / 1000000);
}

// Each option returns the offset, within it, of what is wrong with it, or 0.

static uint32_t record_route(uint8_t *option, uint32_t length, uint32_t address, bool *changed) {
  if (length < 3) return 1;
  if (option[2] < 4) return 2;
  const uint32_t at = option[2] - 1u;
  if (at + 4 <= length) {
    store32(option + at, address);
    option[2] = (uint8_t)(option[2] + 4);
    *changed = true;
    return 0;
  }
  return at == length ? 0 : 2;
}

static uint32_t timestamp_overflow(uint8_t *option, bool *changed) {
  if (option[3] >> 4 == 15) return 3;
  option[3] = (uint8_t)(option[3] + 16);
  *changed = true;
  return 0;
}

static uint32_t timestamp(uint8_t *option, uint32_t length, uint32_t address, bool *changed) {
  if (length < 4) return 1;
  if (option[2] < 5) return 2;
  const uint32_t at = option[2] - 1u, flag = option[3] & 15;
  if (flag != 0 && flag != 1 && flag != 3) return 0;  // nothing that we know
  const uint32_t size = flag == 0 ? 4 : 8;
  if (at + size > length) return flag == 3 ? 0 : timestamp_overflow(option, changed);
  if (flag == 1) store32(option + at, address);
  if (flag == 3 && load32(option + at) != address) return 0;
  store32(option + at + size - 4, milliseconds_today());
  option[2] = (uint8_t)(option[2] + size);
  *changed = true;
  return 0;
}

// What is recorded in options, by a router with this address; false, and the offset in `problem`,
// when one is wrong.
static bool handle_options(uint8_t *ip, uint32_t address, uint8_t *problem) {
  const uint32_t end = header_length(ip);
  bool changed = false;
  for (uint32_t i = 20; i < end && ip[i] != RTE_IPV4_HDR_OPT_EOL;) {
    if (ip[i] == 1) {
      i++;
      continue;
    }
    const uint32_t length = i + 1 < end ? ip[i + 1] : 0;
    uint32_t wrong = length < 2 || i + length > end ? 1 : 0;
    if (wrong == 0 && ip[i] == 7) wrong = record_route(ip + i, length, address, &changed);
    if (wrong == 0 && ip[i] == 68) wrong = timestamp(ip + i, length, address, &changed);
    if (wrong != 0) {
      *problem = (uint8_t)(i + wrong);
      return false;
    }
    i += length;
  }
  if (changed) seal_header(ip);
  return true;
}

// Copies the options that every fragment carries; returns their length, padded.
static uint32_t copy_options(const uint8_t *from, uint8_t *to) {
  const uint32_t end = header_length(from);
  uint32_t written = 0;
  for (uint32_t i = 20; i < end && from[i] != RTE_IPV4_HDR_OPT_EOL;) {
    uint32_t length = 1;
    if (from[i] > 1) length = i + 1 < end ? from[i + 1] : 0;
    if ((from[i] > 1 && length < 2) || i + length > end) break;
    if (from[i] & 0x80) {
      memcpy(to + 20 + written, from + i, length);
      written += length;
    }
    i += length;
  }
  while (written % 4 != 0) to[20 + written++] = RTE_IPV4_HDR_OPT_EOL;
  return written;
}
