// SPDX-License-Identifier: BSD-3-Clause
// The same as router_work.c, but the accesses of a burst take turns.
struct router;
static void wait_for_burst(struct router *r);
static void work_off(struct router *r);

#define ROUTER_WORK(r) wait_for_burst(r)
#define ROUTER_BURST_ENDS(r) work_off(r)

#include "router_work.c"

// Common packets of this burst on which nobody has worked yet.
static uint32_t waiting;

static ALWAYS_INLINE void wait_for_burst(struct router *r) {
  (void)r;
  waiting++;
}

// The accesses of a packet wait for each other, those of different packets do not: in turns.
static ALWAYS_INLINE void work_off(struct router *r) {
  uint32_t at[LIMITS_BURST];
  for (uint32_t i = 0; i < waiting; i++) at[i] = work_begin(++r->worked);
  for (int access = 0; access < WORK_ACCESSES; access++) {
    for (uint32_t i = 0; i < waiting; i++) at[i] = work_next(at[i]);
  }
  for (uint32_t i = 0; i < waiting; i++) r->sum += at[i];
  waiting = 0;
}
