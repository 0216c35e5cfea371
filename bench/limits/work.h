// SPDX-License-Identifier: BSD-3-Clause
// The work of examples/paper/router-workpackage.click: WORK_NUMBERS random numbers for each packet,
// and WORK_ACCESSES to an array of WORK_MIB MiB, each where the one before says.
#pragma once

#include <sys/mman.h>

#include "limits.h"

enum { WORK_MIB = 4, WORK_ACCESSES = 5, WORK_NUMBERS = 4 };
enum { TWISTER_WORDS = 624, TWISTER_DISTANCE = 397, WORK_WORDS = WORK_MIB << 18 };

// MT19937 (Matsumoto and Nishimura, 1998).
struct twister {
  uint32_t at;
  uint32_t words[TWISTER_WORDS];
};
static struct twister draws;
static uint32_t *array;

static void seed(struct twister *t, uint32_t value) {
  t->at = TWISTER_WORDS;
  t->words[0] = value;
  for (uint32_t i = 1; i < TWISTER_WORDS; i++) {
    value = 1812433253u * (value ^ value >> 30) + i;
    t->words[i] = value;
  }
}

static ALWAYS_INLINE uint32_t twisted(uint32_t high, uint32_t low, uint32_t far) {
  const uint32_t joined = (high & 0x80000000u) | (low & 0x7fffffffu);
  return far ^ joined >> 1 ^ (joined & 1 ? 0x9908b0dfu : 0);
}

// In two halves, so that vectors hold several words: neither reads what it has just made.
static __attribute__((noinline)) void twist(struct twister *t) {
  enum { FIRST = TWISTER_WORDS - TWISTER_DISTANCE, LAST = TWISTER_WORDS - 1 };
  uint32_t *w = t->words;
  for (uint32_t i = 0; i < FIRST; i++) w[i] = twisted(w[i], w[i + 1], w[i + TWISTER_DISTANCE]);
  for (uint32_t i = FIRST; i < LAST; i++) w[i] = twisted(w[i], w[i + 1], w[i - FIRST]);
  w[LAST] = twisted(w[LAST], w[0], w[TWISTER_DISTANCE - 1]);
  t->at = 0;
}

static ALWAYS_INLINE uint32_t draw(struct twister *t) {
  if (unlikely_(t->at == TWISTER_WORDS)) twist(t);
  uint32_t word = t->words[t->at++];
  word ^= word >> 11;
  word ^= word << 7 & 0x9d2c5680u;
  word ^= word << 15 & 0xefc60000u;
  return word ^ word >> 18;
}

// Where the accesses of packet `number`, counted from 1, begin, and where each leads.
static ALWAYS_INLINE uint32_t work_begin(uint64_t number) {
  uint32_t at = (uint32_t)number * 0x9e3779b1u;
  for (int i = 0; i < WORK_NUMBERS; i++) at ^= draw(&draws);
  return at;
}
static ALWAYS_INLINE uint32_t work_next(uint32_t at) {
  const uint32_t word = array[(uint64_t)at * WORK_WORDS >> 32];
  return word ^ at << 24 ^ at << 16 ^ at << 8 ^ at >> 16;
}

// Works on a packet; returns what it found.
static ALWAYS_INLINE uint32_t work_on(uint64_t number) {
  uint32_t at = work_begin(number);
  for (int i = 0; i < WORK_ACCESSES; i++) at = work_next(at);
  return at;
}

static void work_start(void) {
  struct twister filling;
  seed(&filling, 1);
  seed(&draws, 5489);
  // On huge pages, where the kernel gives such: it is asked at random.
  array = (uint32_t *)aligned_alloc((size_t)2 << 20, WORK_WORDS * sizeof *array);
  if (array == NULL) limits_fail("no memory", ENOMEM);
  madvise(array, WORK_WORDS * sizeof *array, MADV_HUGEPAGE);
  for (uint32_t i = 0; i < WORK_WORDS; i++) array[i] = draw(&filling);
}
