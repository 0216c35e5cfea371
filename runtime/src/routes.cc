// SPDX-License-Identifier: BSD-3-Clause
// Routing tables: `@needs routes`.
#include "routes/commands.cc"
#include "routes/direct_table.cc"
#include "routes/route_set.cc"
#include "routes/route_table.cc"
#include "routes/search_table.cc"
