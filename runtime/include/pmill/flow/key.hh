// SPDX-License-Identifier: BSD-3-Clause
// Which flow a packet belongs to: the addresses, protocol and ports of an IPv4 packet.
//
// TCP and UDP have ports. Of ICMP's queries the identifier is the port of who asks, and the other
// port is 0. An ICMP error belongs to the flow of the packet that it quotes, seen from the error's
// sender: whoever asks for that flow finds it. All else, and all fragments, for only the first one
// has ports, is a flow of its addresses and protocol.
#pragma once

#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/net/ether.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/tcp.hh>

namespace pmill::flow {

/// Two words that can be compared, of which one is not 0; everything is in network order.
struct Key {
  std::uint64_t addresses = 0;  // source, then destination
  std::uint64_t rest = 0;       // source port, destination port, protocol; three bytes of 0

  constexpr Key() = default;
  constexpr Key(std::uint32_t source, std::uint32_t destination, std::uint16_t source_port,
                std::uint16_t destination_port, std::uint8_t protocol)
      : addresses(source | std::uint64_t{destination} << 32),
        rest(source_port | std::uint64_t{destination_port} << 16 | std::uint64_t{protocol} << 32) {}

  constexpr bool operator==(const Key &) const = default;
  constexpr IPAddress source() const { return IPAddress(static_cast<std::uint32_t>(addresses)); }
  constexpr IPAddress destination() const {
    return IPAddress(static_cast<std::uint32_t>(addresses >> 32));
  }
  constexpr std::uint16_t source_port() const { return static_cast<std::uint16_t>(rest); }
  constexpr std::uint16_t destination_port() const {
    return static_cast<std::uint16_t>(rest >> 16);
  }
  constexpr std::uint8_t protocol() const { return static_cast<std::uint8_t>(rest >> 32); }
  /// The key of what comes back.
  constexpr Key reversed() const {
    const auto ports = static_cast<std::uint32_t>(rest);
    Key other;
    other.addresses = addresses << 32 | addresses >> 32;
    other.rest = (rest & 0xff'0000'0000) | (ports << 16 | ports >> 16);
    return other;
  }
};

/// What a packet's key is worth.
enum class Reading : std::uint8_t {
  none,      // the header, or what its protocol puts behind it, is not whole
  ports,     // of a TCP or UDP packet, or an ICMP query: the key has ports
  no_ports,  // of another packet
  fragment,  // of a fragment: no ports
  quoted,    // of an ICMP error: the key is that of the flow that it is about
};

/// Bytes that must be there behind the header, so that everything that a flow is told by is.
inline constexpr std::uint32_t kPortBytes = 4;
/// Bytes behind the header that the usual packet has at least: a whole header of TCP or UDP.
inline constexpr std::uint32_t kUsualBytes = net::Tcp::kBytes;

/// Whether a protocol is TCP or UDP. One question: of two, the answer is forgotten sooner.
PMILL_INLINE bool is_usual_protocol(std::uint8_t protocol) {
  constexpr std::uint32_t kUsual = 1U << net::kTcp | 1U << net::kUdp;
  return protocol < 32 && (kUsual >> protocol & 1) != 0;
}

/// Reads what is the key if this is a packet of TCP or UDP: of one without IP options and with
/// kUsualBytes behind its header, of which `available` bytes are there, 20 or more. False when it
/// is another, or of ICMP, or of protocol 0, where the key could be that of a place that is free.
/// If there is a flow of that key, the packet belongs to it, whatever it is: a protocol without
/// ports has one flow of two addresses.
[[nodiscard]] PMILL_INLINE bool read_apparent_key(const net::IPv4 &ip, std::uint32_t available,
                                                  Key &key) {
  const std::uint8_t protocol = ip.protocol;
  constexpr std::uint16_t kFragment = net16(net::IPv4::kMoreFragments | net::IPv4::kOffsetMask);
  if (ip.version_and_words != net::kPlainHeader || (ip.fragment & kFragment) != 0 ||
      available < net::IPv4::kBytes + kUsualBytes) [[unlikely]]
    return false;
  if (protocol <= net::kIcmp) [[unlikely]]  // last: whoever decrements a TTL knows it late
    return false;
  std::uint32_t ports;
  std::memcpy(&key.addresses, &ip.source_address, sizeof key.addresses);
  std::memcpy(&ports, &ip + 1, sizeof ports);
  key.rest = ports | std::uint64_t{protocol} << 32;
  return true;
}

/// The same of the usual packet, which is of TCP or UDP.
[[nodiscard]] PMILL_INLINE bool read_usual_key(const net::IPv4 &ip, std::uint32_t available,
                                               Key &key) {
  return read_apparent_key(ip, available, key) && is_usual_protocol(ip.protocol);
}

/// Guesses the key of a frame that nobody has looked at, of which kReadAhead bytes may be read:
/// that of a packet of TCP or UDP without IP options, behind an Ethernet header.
PMILL_INLINE Key guess_key(const std::uint8_t *frame) {
  const auto &ip = *reinterpret_cast<const net::IPv4 *>(frame + sizeof(net::Ether));
  std::uint32_t ports;
  Key key;
  std::memcpy(&key.addresses, &ip.source_address, sizeof key.addresses);
  std::memcpy(&ports, &ip + 1, sizeof ports);
  key.rest = ports | std::uint64_t{ip.protocol} << 32;
  return key;
}

/// Reads the key of any packet of which `available` bytes are there, 20 or more.
[[gnu::cold]] Reading read_key(const net::IPv4 &ip, std::uint32_t available, Key &key);

}  // namespace pmill::flow
