// SPDX-License-Identifier: BSD-3-Clause
// Internet checksums (RFC 1071) on common paths. As 2^64 - 1 is a multiple of 0xffff, words may be
// of 64 bits, with carries added at the low end.
#pragma once

#include "limits.h"

static ALWAYS_INLINE uint64_t word64(const uint8_t *p) {
  uint64_t word;
  memcpy(&word, p, 8);
  return word;
}

// Whether the checksum of the 20 bytes at `p`, not all zero, is right: whether the sum of their
// words is a multiple of 0xffff. The division becomes a multiplication.
static ALWAYS_INLINE bool checksum_holds(const uint8_t *p) {
  uint64_t sum = word64(p), b = word64(p + 8);
  uint32_t c;
  memcpy(&c, p + 16, 4);
  // The compiler does not find this chain of carries.
  __asm__("addq %1, %0\n\tadcq %2, %0\n\tadcq $0, %0"
          : "+r"(sum)
          : "r"(b), "r"((uint64_t)c)
          : "cc");
  return sum % 0xffff == 0;
}

// The sum of `sum` and of the `n` bytes at `p`, 8 or more.
static ALWAYS_INLINE uint64_t sum_up(uint64_t sum, const uint8_t *p, uint32_t n) {
  const uint8_t *end = p + n;
  for (uint32_t blocks = n / 32; blocks != 0; blocks--, p += 32) {
    __asm__("addq (%1), %0\n\tadcq 8(%1), %0\n\tadcq 16(%1), %0\n\tadcq 24(%1), %0\n\tadcq $0, %0"
            : "+r"(sum)
            : "r"(p), "m"(*(const uint8_t(*)[32])p)
            : "cc");
  }
  for (uint32_t words = n % 32 / 8; words != 0; words--, p += 8) {
    __asm__("addq (%1), %0\n\tadcq $0, %0"
            : "+r"(sum)
            : "r"(p), "m"(*(const uint8_t(*)[8])p)
            : "cc");
  }
  if (n % 8 != 0) {
    // Of the last eight bytes those that are not in the sum yet.
    const uint64_t rest = word64(end - 8) >> (64 - n % 8 * 8);
    __asm__("addq %1, %0\n\tadcq $0, %0" : "+r"(sum) : "r"(rest) : "cc");
  }
  return sum;
}
