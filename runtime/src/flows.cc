// SPDX-License-Identifier: BSD-3-Clause
// Flows and what is known of them: `@needs flows`.
#include "flow/flows.cc"

#include "flow/counts.cc"
#include "flow/key.cc"
#include "flow/mapping.cc"
#include "flow/nat.cc"
#include "flow/secret.cc"
#include "flow/table.cc"
#include "flow/wheel.cc"
