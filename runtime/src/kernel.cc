// SPDX-License-Identifier: BSD-3-Clause
// Interfaces of the kernel, for programs that use them: a part of the runtime that is compiled when
// the first one does.
#include "kernel/drop.cc"
#include "kernel/filter.cc"
#include "kernel/frames.cc"
#include "kernel/interfaces.cc"
#include "kernel/ports.cc"
#include "kernel/tap.cc"
