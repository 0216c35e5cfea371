// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip.hh>

namespace pmill::elements {

/// Sets the flag of IPv4 headers that forbids to fragment.
/// @group test
/// @example MarkIPHeader -> SetDontFragment -> Discard;
struct SetDontFragment {
  static constexpr Spec spec{.reads = meta::network};

  static void push(auto &self, auto &packet) {
    if (net::IPv4 *ip = net::ipv4(packet); ip != nullptr) {
      ip->fragment |= net16(net::IPv4::kDontFragment);
      net::set_checksum(*ip, ip->header_bytes());
    }
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
