// SPDX-License-Identifier: BSD-3-Clause
// All that a generated program includes beside its elements; it is precompiled.
#pragma once

#include <pmill/dpdk.hh>
#include <pmill/program.hh>
#include <pmill/run.hh>
