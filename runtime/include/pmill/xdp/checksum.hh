// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace pmill::xdp {

/// Completes the checksum of a TCP or UDP packet of which it has only the part that covers the
/// addresses, as a sender leaves it whose interface is to do the rest; others stay as they are.
void complete_checksum(std::uint8_t *frame, std::uint32_t length);

}  // namespace pmill::xdp
