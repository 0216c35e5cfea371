// SPDX-License-Identifier: BSD-3-Clause
// The UDP header (RFC 768), read in place. Fields keep network order.
#pragma once

#include <cstdint>
#include <pmill/values.hh>

namespace pmill::net {

/// A UDP header; it may lie at any address.
struct [[gnu::packed]] Udp {
  static constexpr std::uint32_t kBytes = 8;

  std::uint16_t source_port;
  std::uint16_t destination_port;
  std::uint16_t length;  // of header and payload
  std::uint16_t checksum;
};
static_assert(sizeof(Udp) == Udp::kBytes && alignof(Udp) == 1);

}  // namespace pmill::net
