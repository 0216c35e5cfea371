// SPDX-License-Identifier: BSD-3-Clause
// What examples/paper/router-workpackage.click says, by hand. Programs that include it may define
// ROUTER_WORK(r), how common packets are worked on.
#include <stdbool.h>

#define ROUTER_ACCEPT accept_packet
#ifndef ROUTER_WORK
#define ROUTER_WORK(r) work(r)
#endif

struct router;
static void work(struct router *r);

#include "router_one.h"
#include "work.h"

static ALWAYS_INLINE void work(struct router *r) { r->sum += work_on(++r->worked); }

static bool accept_packet(struct router *r, struct packet *p) {
  (void)p;
  work(r);
  return true;
}

int main(int argc, char **argv) {
  work_start();
  return router_one_run(argc, argv);
}
