// SPDX-License-Identifier: BSD-3-Clause
// What elements compute about bytes, as one translation unit that needs nothing else.
#include "checksum.cc"
#include "icmp_echo.cc"
#include "icmp_names.cc"
#include "ip_check.cc"
#include "ip_options.cc"
#include "link.cc"
#include "text.cc"
#include "transport_check.cc"
