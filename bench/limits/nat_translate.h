// SPDX-License-Identifier: BSD-3-Clause
// What changes in a packet that is translated, beside what the packets' way does itself: queries of
// ICMP, whose identifier is the port, and errors, with the packet that they quote.
#pragma once

#include "icmp_error.h"
#include "nat_flows.h"

namespace nat {

enum : uint8_t { kIcmp = 1, kTcp = 6, kUdp = 17 };

// What is read of a packet that is not usual.
enum class Reading { none, ports, other, quoted };

inline bool has_id(uint8_t type) { return type == 0 || type == 8 || (type >= 13 && type <= 18); }

inline Key make_key(const uint8_t *ip, uint16_t source_port, uint16_t destination_port) {
  Key key;
  memcpy(&key.addresses, ip + 12, 8);
  key.rest = source_port | uint64_t{destination_port} << 16 | uint64_t{ip[9]} << 32;
  return key;
}
inline Key reversed(const Key &key) {
  const auto ports = static_cast<uint32_t>(key.rest);
  return {key.addresses << 32 | key.addresses >> 32,
          (key.rest & 0xff00000000) | (ports << 16 | ports >> 16)};
}
inline uint16_t load_port(const uint8_t *at) {
  uint16_t port;
  memcpy(&port, at, 2);
  return port;
}

// Ports of TCP and UDP; the identifier of a query is the port of who asks.
inline bool read_ports(const uint8_t *ip, const uint8_t *at, uint32_t available, Key &key) {
  if (ip[9] != kIcmp) {
    if (available < 4) return false;
    key = make_key(ip, load_port(at), load_port(at + 2));
    return true;
  }
  if (available < 8) return false;
  const bool asks = at[0] == 8 || (at[0] >= 13 && at[0] % 2 == 1);
  const uint16_t id = load_port(at + 4);
  key = make_key(ip, asks ? id : uint16_t{0}, asks ? uint16_t{0} : id);
  return true;
}

inline bool has_ports(const uint8_t *ip) {
  return ip[9] == kIcmp || ip[9] == kTcp || ip[9] == kUdp;
}

// The key of what would come back for the packet that an ICMP error quotes.
inline bool read_quoted(const uint8_t *ip, uint32_t available, Key &key) {
  if (available < 20 || ip[0] >> 4 != 4) return false;
  const uint32_t header = header_length(ip);
  if (header < 20 || header > available) return false;
  if (!has_ports(ip) || (load16(ip + 6) & 0x1fff) != 0) return false;
  const uint8_t *at = ip + header;
  available -= header;
  if (ip[9] == kIcmp && (available == 0 || !has_id(at[0]))) return false;
  if (!read_ports(ip, at, available, key)) return false;
  key = reversed(key);
  return true;
}

// Of a packet with a good header, of which `length` bytes are there.
inline Reading read_key(const uint8_t *ip, uint32_t length, Key &key) {
  if ((load16(ip + 6) & 0x3fff) != 0 || !has_ports(ip)) return Reading::other;
  const uint8_t *at = ip + header_length(ip);
  const uint32_t available = length - header_length(ip);
  if (ip[9] == kIcmp && available >= 8 && !has_id(at[0])) {
    const bool quotes = is_icmp_error(at[0]) && read_quoted(at + 8, available - 8, key);
    return quotes ? Reading::quoted : Reading::other;
  }
  return read_ports(ip, at, available, key) ? Reading::ports : Reading::none;
}

inline void patch(uint8_t *sum, uint32_t delta) {
  const uint16_t value = changed(load_port(sum), fold(delta));
  memcpy(sum, &value, 2);
}

// One end of a packet, before and after.
struct End {
  uint32_t from, to;
  uint16_t from_port, to_port;

  uint32_t delta() const { return change(from, to); }
  uint32_t port_delta() const { return change_of_port(from_port, to_port); }
};

// Changes an end of a TCP or UDP packet, or a query, of which `available` bytes are there behind
// the IP header; the checksum of UDP may not be there either.
inline void change_end(uint8_t *ip, uint32_t available, bool source, const End &end) {
  uint8_t *at = ip + header_length(ip);
  memcpy(ip + (source ? 12 : 16), &end.to, 4);
  patch(ip + 10, end.delta());
  if (ip[9] == kIcmp) {
    memcpy(at + 4, &end.to_port, 2);
    return patch(at + 2, end.port_delta());
  }
  memcpy(at + (source ? 0 : 2), &end.to_port, 2);
  uint8_t *sum = at + (ip[9] == kTcp ? 16 : 6);
  if (sum + 2 > at + available || (ip[9] == kUdp && load_port(sum) == 0)) return;
  patch(sum, end.delta() + end.port_delta());
  if (ip[9] == kUdp && load_port(sum) == 0) memset(sum, 0xff, 2);
}

// Changes an end of the packet that an error quotes; the error's own checksum follows.
inline void change_quoted(uint8_t *ip, uint32_t length, bool source, const End &end) {
  uint8_t *icmp = ip + header_length(ip), *quoted = icmp + 8;
  const uint32_t available = length - header_length(ip) - 8;
  // What is added up before and after begins at an even byte, and so do the words that change.
  const uint16_t before = internet_checksum(quoted, available);
  change_end(quoted, available - header_length(quoted), source, end);
  const uint16_t after = internet_checksum(quoted, available);
  const uint32_t delta = rte_cpu_to_be_16(before) + (rte_cpu_to_be_16(after) ^ 0xffffu);
  patch(icmp + 2, delta);
}

}  // namespace nat
