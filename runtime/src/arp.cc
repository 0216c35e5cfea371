// SPDX-License-Identifier: BSD-3-Clause
// Tables of neighbours, for programs that ask for them: a part of the runtime that is compiled when
// the first one does.
#include "arp/neighbours.cc"
#include "arp/table.cc"
