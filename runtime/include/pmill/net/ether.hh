// SPDX-License-Identifier: BSD-3-Clause
// The Ethernet header.
#pragma once

#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/values.hh>

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

inline constexpr std::uint32_t kEtherAddressesBytes = 12;

/// The Ethernet header at `p`, whose 14 bytes must lie in the packet.
PMILL_INLINE Ether *ether(std::uint8_t *p) { return reinterpret_cast<Ether *>(p); }
PMILL_INLINE const Ether *ether(const std::uint8_t *p) {
  return reinterpret_cast<const Ether *>(p);
}

/// Exchanges the two addresses at `p`; `length` bytes, 12 or more, lie in the packet. One vector
/// load and store when 16 bytes are there: narrower stores would stall whoever copies the frame.
PMILL_INLINE void swap_addresses(std::uint8_t *p, std::uint32_t length) {
  using Vector [[gnu::vector_size(16)]] = std::uint8_t;
  Vector v{};
  if (length >= sizeof v) [[likely]] {
    std::memcpy(&v, p, sizeof v);
    v = __builtin_shufflevector(v, v, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15);
    std::memcpy(p, &v, sizeof v);
    return;
  }
  EtherAddress destination, source;
  std::memcpy(&destination, p, 6);
  std::memcpy(&source, p + 6, 6);
  std::memcpy(p, &source, 6);
  std::memcpy(p + 6, &destination, 6);
}

/// Writes an Ethernet header of 14 bytes; `type` is in host order. Two stores of 8 bytes that
/// overlap: with constant addresses nothing is computed.
PMILL_INLINE void write_header(std::uint8_t *p, EtherAddress destination, EtherAddress source,
                               std::uint16_t type) {
  const auto address = [](const EtherAddress &a) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 6; ++i) value |= std::uint64_t{a.octets[i]} << (8 * i);
    return value;
  };
  const std::uint64_t from = address(source);
  const std::uint64_t head = address(destination) | from << 48;
  const std::uint64_t tail = from | std::uint64_t{net16(type)} << 48;
  std::memcpy(p, &head, sizeof head);
  std::memcpy(p + 6, &tail, sizeof tail);
}

}  // namespace pmill::net
