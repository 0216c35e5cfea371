// SPDX-License-Identifier: BSD-3-Clause
// Ports on AF_XDP sockets, for programs that use them: a part of the runtime that is compiled when
// the first one does.
#include "xdp/checksum.cc"
#include "xdp/hooks.cc"
#include "xdp/interface.cc"
#ifdef PMILL_METADATA_XCHANGE
#include "xdp/lane_slots.cc"
#else
#include "xdp/lane_mbufs.cc"
#include "xdp/queue.cc"
#endif
#include "xdp/port.cc"
#include "xdp/program.cc"
#include "xdp/refusals.cc"
#include "xdp/socket.cc"
