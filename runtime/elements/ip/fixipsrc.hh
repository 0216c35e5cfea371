// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/ip_output.hh>

namespace pmill::elements {

/// Puts this router's address into packets that the router itself made.
///
/// Where the fix-IP-source annotation is set, the source becomes IPADDR, the header checksum is
/// computed anew and the annotation is cleared. Other packets pass.
/// @group ip
/// @example ICMPError(18.26.4.24, timeexceeded) -> FixIPSrc(18.26.4.24) -> Discard;
struct FixIPSrc {
  static constexpr Spec spec{.reads = meta::fix_ip_src | meta::network,
                             .writes = meta::fix_ip_src,
                             .passes = true,
                             .edits = part::source};

  struct Args {
    IPAddress ipaddr;  ///< The address of the interface the packet leaves on.
  };

  static void push(auto &self, auto &packet) {
    net::fix_source(packet, self.args.ipaddr);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
