// SPDX-License-Identifier: BSD-3-Clause
// Where an element that makes IPv4 headers sends packets: to one address, or each to its own.
#pragma once

#include <pmill/args.hh>
#include <pmill/attributes.hh>
#include <pmill/meta.hh>
#include <pmill/values.hh>
#include <string_view>

namespace pmill::net {

/// An argument that is an address or the word DST_ANNO. pmill/elaborate/lowerings/destination.py
/// makes these.
struct Destination {
  IPAddress address{};
  bool annotated = false;  // the packet's destination annotation counts, not `address`
  constexpr bool operator==(const Destination &) const = default;
};

inline void parse(Destination &destination, std::string_view text) {
  destination.annotated = text == "DST_ANNO";
  if (!destination.annotated) pmill::parse(destination.address, text);
}

/// Where a packet goes.
PMILL_INLINE IPAddress destination_of(const auto &packet, const Destination &destination) {
  return destination.annotated ? IPAddress(packet.get(meta::dst_ip)) : destination.address;
}

}  // namespace pmill::net
