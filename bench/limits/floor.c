// SPDX-License-Identifier: BSD-3-Clause
// The floor: what a burst costs when nothing is done to it. With one port packets leave where
// they came from, with two on the other, so that it has the loop of the forwarder or the router.
#include "limits.h"

static ALWAYS_INLINE void floor_burst(struct limits *l, void *state, uint16_t port,
                                      struct rte_mbuf **m, uint16_t n) {
  (void)state;
  limits_send(l, l->ports == 1 ? port : (uint16_t)(port ^ 1), m, n);
}

int main(int argc, char **argv) { return limits_run(argc, argv, floor_burst, NULL, NULL); }
