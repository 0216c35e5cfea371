// SPDX-License-Identifier: BSD-3-Clause
// Which release of DPDK this is. What differs between releases is here, and no other file asks for
// one.
#pragma once

#include <rte_version.h>

// Older ones know mbuf flags and offloads by other names, and have no public table of burst
// functions that says what it is (rte_eth_fp_ops).
#if RTE_VERSION < RTE_VERSION_NUM(22, 11, 0, 0)
#error "pmill needs DPDK 22.11 or newer"
#endif

// Functions that are stable in fact but not in name: their users allow them before DPDK's headers
// are read. The device's clock is one in every release.
#define PMILL_CLOCK_IS_EXPERIMENTAL 1
// Power management of queues became stable.
#if RTE_VERSION < RTE_VERSION_NUM(24, 11, 0, 0)
#define PMILL_POWER_IS_EXPERIMENTAL 1
#else
#define PMILL_POWER_IS_EXPERIMENTAL 0
#endif
