// SPDX-License-Identifier: BSD-3-Clause
// What a flow's packets are translated to, and how headers change for it.
//
// Checksums are patched (RFC 1624): what changes in the sum is the same for all packets of a flow,
// and its complement for those that come back.
#pragma once

#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/flow/key.hh>
#include <pmill/flow/wheel.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/tcp.hh>
#include <pmill/net/udp.hh>

namespace pmill::flow {

/// A checksum when half-words that it is of change by a sum of them.
constexpr std::uint16_t changed_by(std::uint16_t checksum, std::uint16_t delta) {
  std::uint32_t sum = (checksum ^ 0xffffU) + delta;
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

/// The same of one that is not 0, nor becomes it. Numbers that differ by 0xffff are one number to a
/// sum; of what is not 0, a sum that wraps around never is (RFC 1071), and its complement may be.
constexpr std::uint16_t nonzero_changed_by(std::uint16_t checksum, std::uint16_t delta) {
  const std::uint32_t sum = checksum + (delta ^ 0xffffU);
  return static_cast<std::uint16_t>(sum + (sum >> 16));
}

/// A flow of somebody inside, seen from there, and who it is outside. Two share a cache line.
struct alignas(32) Mapping {
  /// Bits of `state`. A TCP connection is closed when both ends said so, or one broke it off.
  static constexpr std::uint8_t kFinOut = 1, kFinIn = 2, kReset = 4;
  static constexpr std::uint8_t kListed = 8;  // it closed, and its table does not know yet
  static constexpr std::uint8_t kOwn = 16;    // it is live, and no other worker uses it
  static constexpr std::uint8_t kClosing = kFinOut | kFinIn | kReset;

  // The flow's key as it lies in packets; zeros where there is none.
  std::uint32_t inside, remote;
  std::uint16_t inside_port, remote_port;
  std::uint8_t protocol;

  std::uint8_t state;
  std::uint16_t address_delta;  // what changes in the sum of an IP header
  std::uint32_t outside;
  std::uint16_t outside_port;
  std::uint16_t delta;  // what changes in that of TCP or UDP
  Tick used;            // when a packet last came back
  std::uint32_t next_listed;

  PMILL_INLINE bool is_of(const Key &key) const {
    std::uint64_t addresses, rest;
    std::memcpy(&addresses, &inside, sizeof addresses);
    std::memcpy(&rest, &inside_port, sizeof rest);
    return ((addresses ^ key.addresses) | (rest ^ key.rest) << 24) == 0;
  }
  PMILL_INLINE bool is_own() const { return (state & kOwn) != 0; }
  bool is_live() const { return protocol != 0; }
  bool is_closed() const {
    return (state & kReset) != 0 || (state & kClosing) == (kFinOut | kFinIn);
  }
};
static_assert(sizeof(Mapping) == 32);

/// Whether the header of TCP or UDP is whole in so many bytes behind the IP header. Mostly there
/// are enough for either.
PMILL_INLINE bool transport_is_whole(std::uint8_t protocol, std::uint32_t bytes) {
  if (bytes >= net::Tcp::kBytes) [[likely]]
    return true;
  return protocol != net::kTcp && bytes >= net::Udp::kBytes;
}

namespace detail {
/// Patches the checksums of a packet of which TCP or UDP, whole, begins at `transport`.
PMILL_INLINE void patch(net::IPv4 &ip, std::uint8_t *transport, bool is_tcp,
                        std::uint16_t address_delta, std::uint16_t delta) {
  ip.checksum = changed_by(ip.checksum, address_delta);
  if (is_tcp) {
    auto &tcp = *reinterpret_cast<net::Tcp *>(transport);
    tcp.checksum = changed_by(tcp.checksum, delta);
  } else {
    auto &udp = *net::udp(transport);
    // Without a checksum there is 0, and 0xffff stands for one of 0.
    if (udp.checksum != 0) [[likely]]
      udp.checksum = nonzero_changed_by(udp.checksum, delta);
  }
}
}  // namespace detail

/// Gives a TCP or UDP packet from inside the source that it has outside.
PMILL_INLINE void translate_out(const Mapping &m, net::IPv4 &ip, std::uint8_t *transport,
                                bool is_tcp) {
  ip.source_address = m.outside;
  std::memcpy(transport, &m.outside_port, 2);
  detail::patch(ip, transport, is_tcp, m.address_delta, m.delta);
}
/// Gives one that comes back the destination that it has inside.
PMILL_INLINE void translate_in(const Mapping &m, net::IPv4 &ip, std::uint8_t *transport,
                               bool is_tcp) {
  ip.destination_address = m.inside;
  std::memcpy(transport + 2, &m.inside_port, 2);
  detail::patch(ip, transport, is_tcp, m.address_delta ^ 0xffff, m.delta ^ 0xffff);
}

/// Computes what changes in the sums.
void set_deltas(Mapping &mapping);

/// The same for a whole ICMP query, whose identifier is the port.
void translate_query_out(const Mapping &m, net::IPv4 &ip);
void translate_query_in(const Mapping &m, net::IPv4 &ip);
/// The same for an ICMP error with a quoted packet of the flow, or one that came back to it; of all
/// of it `available` bytes are there. What is quoted becomes what the error's receiver had sent.
void translate_error_out(const Mapping &m, net::IPv4 &ip, std::uint32_t available);
void translate_error_in(const Mapping &m, net::IPv4 &ip, std::uint32_t available);

}  // namespace pmill::flow
