// SPDX-License-Identifier: BSD-3-Clause
// What packets run through, but not often, and what does not depend on the configuration: one
// translation unit, compiled once as carefully as a program, cached, and linked with every one.
#include "busy_time.cc"
#include "fragments.cc"
#include "icmp_error.cc"
#include "ip_output.cc"
#include "net.cc"
#include "random.cc"
#include "receive.cc"
#include "record_file.cc"
#include "transmit.cc"
#include "worker.cc"
