// SPDX-License-Identifier: BSD-3-Clause
// The bare work loop: the floor that works on each packet as
// examples/paper/router-workpackage.click does, and does nothing else to it.
#include "work.h"

struct sums {
  uint64_t worked, sum;
};

static ALWAYS_INLINE void work_burst(struct limits *l, void *state, uint16_t port,
                                     struct rte_mbuf **m, uint16_t n) {
  struct sums *s = (struct sums *)state;
  for (uint16_t i = 0; i < n; i++) s->sum += work_on(++s->worked);
  limits_send(l, port, m, n);
}

// The sum is printed so that nobody can leave the work out.
static void report(const void *state, FILE *to) {
  fprintf(to, ", \"sum\": %" PRIu64, ((const struct sums *)state)->sum);
}

int main(int argc, char **argv) {
  static struct sums sums;
  work_start();
  return limits_run(argc, argv, work_burst, report, &sums);
}
