// SPDX-License-Identifier: BSD-3-Clause
// Everything of the runtime that does not depend on the configuration, as one translation unit:
// compiled once, cached, and linked with every program.

#include <pmill/dpdk.hh>

#if PMILL_CLOCK_IS_EXPERIMENTAL || PMILL_POWER_IS_EXPERIMENTAL
#define ALLOW_EXPERIMENTAL_API
#endif

#include "advice.cc"
#include "alone.cc"
#include "arguments.cc"
#include "capture.cc"
#include "control/command_line.cc"
#include "control/control.cc"
#include "control/flat.cc"
#include "control/handlers.cc"
#include "control/schedule.cc"
#include "control/session.cc"
#include "control/socket.cc"
#include "control/values.cc"
#include "device.cc"
#include "eal.cc"
#include "eal_arguments.cc"
#include "ending.cc"
#include "files.cc"
#include "flow.cc"
#include "huge_array.cc"
#include "kernel/fanout.cc"
#ifdef PMILL_METADATA_XCHANGE
#include "exchange.cc"
#else
#include "linearize.cc"
#endif
#include "message.cc"
#include "options.cc"
#include "pools.cc"
#include "ports.cc"
#include "races.cc"
#include "report.cc"
#include "run.cc"
#include "setup.cc"
