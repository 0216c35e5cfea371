// SPDX-License-Identifier: BSD-3-Clause
// The TCP header (RFC 9293), read in place. Fields keep network order.
#pragma once

#include <cstdint>
#include <pmill/values.hh>

namespace pmill::net {

/// A TCP header without options; it may lie at any address.
struct [[gnu::packed]] Tcp {
  static constexpr std::uint32_t kBytes = 20;
  static constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10;

  std::uint16_t source_port;
  std::uint16_t destination_port;
  std::uint32_t sequence;
  std::uint32_t acknowledgment;
  std::uint8_t words_and_reserved;
  std::uint8_t flags;
  std::uint16_t window;
  std::uint16_t checksum;
  std::uint16_t urgent;

  /// Length of the header with its options, as it says itself: 0 to 60.
  std::uint32_t header_bytes() const { return (words_and_reserved >> 4) * 4u; }
};
static_assert(sizeof(Tcp) == Tcp::kBytes && alignof(Tcp) == 1);

}  // namespace pmill::net
