// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstring>
#include <pmill/element.hh>
#include <pmill/net/ether.hh>

namespace pmill::elements {

/// Sets the two Ethernet addresses and leaves the EtherType alone.
///
/// A packet too short to hold both passes unchanged.
/// @group ethernet
/// @example FromDPDKDevice(0) -> EtherRewrite(02:00:00:00:00:01, 02:00:00:00:10:01) -> ToDPDKDevice(1);
struct EtherRewrite {
  static constexpr Spec spec{
      .ports = "1/1", .processing = "a/a", .passes = true, .through = true, .edits = part::ether};

  struct Args {
    EtherAddress src;  ///< Source address. @writable
    EtherAddress dst;  ///< Destination address. @writable
  };

  static void push(auto &self, auto &packet) {
    const struct {
      EtherAddress destination, source;
    } addresses{self.args.dst, self.args.src};
    static_assert(sizeof addresses == net::kEtherAddressesBytes);
    if (packet.length() >= sizeof addresses) [[likely]]
      std::memcpy(packet.data(), &addresses, sizeof addresses);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
