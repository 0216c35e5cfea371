// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Gives names to ports of TCP and UDP.
///
/// A name may stand wherever an argument wants a port. Without a protocol it is a port of both.
/// More names may follow, and a comment behind `#`, as in a table of services. Names hold in the
/// compound where they are given, and inside of it; those of well-known services hold everywhere.
/// @group information
/// @example PortInfo(sensors 9000/udp); InfiniteSource -> UDPIPEncap(10.0.0.1, 1, 10.0.0.2, sensors) -> Discard;
struct PortInfo {
  static constexpr Spec spec{.ports = "0/0"};

  struct Args {
    String names = "";  ///< `NAME PORT[/PROTOCOL]` each. @rest @lowering port_names
  };

  static void configure(const auto &, auto &) {}
};

}  // namespace pmill::elements
