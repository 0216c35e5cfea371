// SPDX-License-Identifier: BSD-3-Clause
// Interfaces of the kernel, for programs that use them: a part of the runtime that is compiled when
// the first one does.
#include "frames.cc"
#include "kernel_drop.cc"
#include "kernel_filter.cc"
#include "kernel_interfaces.cc"
#include "kernel_ports.cc"
#include "kernel_tap.cc"
