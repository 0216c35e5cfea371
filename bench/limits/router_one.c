// SPDX-License-Identifier: BSD-3-Clause
// What examples/paper/router.click says, by hand.
#include "router_one.h"

int main(int argc, char **argv) { return router_one_run(argc, argv); }
