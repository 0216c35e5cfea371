// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Gives names to addresses.
///
/// A name may stand wherever an address of a kind that it has is wanted: an IP address, a network,
/// an Ethernet address. NAME:ip, NAME:ipnet, NAME:bcast and NAME:eth say which is meant. Names hold
/// in the compound where they are given, and inside of it. IPv6 addresses are accepted; nothing
/// uses them yet.
///
/// Without being given, the interfaces of the machine that compiles have names: `eth0` may stand
/// for the addresses that eth0 has at that moment, `eth0:gw` for the gateway of its default route.
/// @group information
/// @example AddressInfo(lan 10.0.0.1/24 02:00:00:00:00:01); FromDPDKDevice(0) -> HostEtherFilter(lan) -> Discard;
struct AddressInfo {
  static constexpr Spec spec{.ports = "0/0"};

  struct Args {
    String names = "";  ///< `NAME ADDRESS...` each. @rest @lowering addresses
  };

  static void configure(const auto &, auto &) {}
};

}  // namespace pmill::elements
