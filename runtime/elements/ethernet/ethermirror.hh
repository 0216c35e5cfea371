// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/ether.hh>

namespace pmill::elements {

/// Swaps the two Ethernet addresses.
///
/// A packet too short to hold both passes unchanged.
/// @group ethernet
/// @example FromDPDKDevice(0) -> EtherMirror -> ToDPDKDevice(0);
struct EtherMirror {
  static constexpr Spec spec{
      .ports = "1/1", .processing = "a/a", .passes = true, .through = true, .edits = part::ether};

  static void push(auto &self, auto &packet) {
    net::swap_addresses(packet.data(), packet.length(), packet.may_read_ahead(16));
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
