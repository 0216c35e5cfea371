// SPDX-License-Identifier: BSD-3-Clause
// The Ethernet header.
#pragma once

#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/values.hh>
#include <type_traits>

namespace pmill::net {

/// Types of payload, in host order.
inline constexpr std::uint16_t kEtherTypeIP = 0x0800;
inline constexpr std::uint16_t kEtherTypeARP = 0x0806;
inline constexpr std::uint16_t kEtherTypeVLAN = 0x8100;
inline constexpr std::uint16_t kEtherTypeQinQ = 0x88a8;

/// An Ethernet header as frames carry it: 14 bytes, network order, anywhere in memory.
struct [[gnu::packed]] Ether {
  EtherAddress destination;
  EtherAddress source;
  std::uint16_t type;
};
static_assert(sizeof(Ether) == 14 && alignof(Ether) == 1);

inline constexpr EtherAddress kEtherBroadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
/// Whether an address is that of many hosts.
constexpr bool is_group(const EtherAddress &a) { return (a.octets[0] & 1) != 0; }

inline constexpr std::uint32_t kEtherAddressesBytes = 12;

/// The Ethernet header at `p`, whose 14 bytes must lie in the packet.
PMILL_INLINE Ether *ether(std::uint8_t *p) { return reinterpret_cast<Ether *>(p); }
PMILL_INLINE const Ether *ether(const std::uint8_t *p) {
  return reinterpret_cast<const Ether *>(p);
}

/// Exchanges the two addresses at `p`, if both lie in the `length` bytes that are there. One vector
/// load and store when 16 are there, or are `ours` anyway, which leave what lies behind as it is:
/// narrower stores would stall whoever copies the frame.
PMILL_INLINE void swap_addresses(std::uint8_t *p, std::uint32_t length, bool ours) {
  using Vector [[gnu::vector_size(16)]] = std::uint8_t;
  Vector v{};
  if (length >= (ours ? kEtherAddressesBytes : sizeof v)) [[likely]] {
    std::memcpy(&v, p, sizeof v);
    v = __builtin_shufflevector(v, v, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15);
    std::memcpy(p, &v, sizeof v);
    return;
  }
  if (ours || length < kEtherAddressesBytes) return;
  EtherAddress destination, source;
  std::memcpy(&destination, p, 6);
  std::memcpy(&source, p + 6, 6);
  std::memcpy(p, &source, 6);
  std::memcpy(p + 6, &destination, 6);
}

/// An Ethernet address in the low six bytes of a word, in their order.
constexpr std::uint64_t word_of(const EtherAddress &a) {
  std::uint64_t value = 0;
  if (std::is_constant_evaluated()) {
    for (unsigned i = 0; i < 6; ++i) value |= std::uint64_t{a.octets[i]} << (8 * i);
  } else {
    std::memcpy(&value, a.octets.data(), sizeof a.octets);
  }
  return value;
}

/// Writes an Ethernet header of 14 bytes; `destination` is an address in the low six bytes,
/// whatever is above, and `type` is in host order. Two stores of 8 bytes that overlap: with a
/// constant source nothing is computed.
PMILL_INLINE void write_header(std::uint8_t *p, std::uint64_t destination, EtherAddress source,
                               std::uint16_t type) {
  const std::uint64_t tail = word_of(source) | std::uint64_t{net16(type)} << 48;
  std::memcpy(p, &destination, sizeof destination);
  std::memcpy(p + 6, &tail, sizeof tail);
}
/// What is known only at run time is copied as it lies. Where all is known, the addresses are words
/// of 8 and 4 bytes, as move_addresses() reads them: who does so behind needs no load.
PMILL_INLINE void write_header(std::uint8_t *p, EtherAddress destination, EtherAddress source,
                               std::uint16_t type) {
  const std::uint64_t to = word_of(destination), from = word_of(source);
  const std::uint16_t kind = net16(type);
  if (!__builtin_constant_p(from)) {
    std::memcpy(p, destination.octets.data(), sizeof destination);
    std::memcpy(p + 6, source.octets.data(), sizeof source);
    std::memcpy(p + 12, &kind, sizeof kind);
  } else if (!__builtin_constant_p(to)) {
    write_header(p, to, source, type);
  } else {
    const std::uint64_t head = to | from << 48;
    const auto rest = static_cast<std::uint32_t>(from >> 16);
    std::memcpy(p, &head, sizeof head);
    std::memcpy(p + 8, &rest, sizeof rest);
    std::memcpy(p + 12, &kind, sizeof kind);
  }
}

}  // namespace pmill::net
