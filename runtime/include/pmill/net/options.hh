// SPDX-License-Identifier: BSD-3-Clause
// IPv4 options (RFC 791, RFC 1812 4.2.2). Few packets have any: nothing here is inlined.
#pragma once

#include <cstdint>
#include <pmill/net/ip.hh>
#include <span>

namespace pmill::net {

/// Does what every router owes the options of a whole header: record route and timestamp.
/// Patches the checksum, unless an option is bad. Returns the offset in the header of the bad
/// byte, 0 when there is none.
std::uint8_t process_options(IPv4 &ip, IPAddress mine, View<IPAddress> others, std::int64_t now_ns);

/// Whether the options of a whole header contain a source route.
bool has_source_route(const IPv4 &ip);

/// Copies the options of a whole header that every fragment has to `out`, which has 40 bytes, and
/// pads them to whole words. Returns how many bytes that are.
std::uint32_t copy_fragment_options(const IPv4 &ip, std::uint8_t *out);

}  // namespace pmill::net
