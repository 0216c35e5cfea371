// SPDX-License-Identifier: BSD-3-Clause
// The rings between a host and net_pmill: memory that both see, and nothing else that both write.
//
// As in hardware, the host posts empty buffers and says how many by a doorbell; the device fills
// them in order and writes a completion for each, whose last byte tells the round in which it was
// written. So a host finds out by looking at the completion alone. Frames go out the other way: the
// host writes descriptors and rings, the device says how many it is done with.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

namespace pmill::nic {

inline constexpr std::uint32_t kFewestDescriptors = 32;
inline constexpr std::uint32_t kMostDescriptors = 32768;

/// What a completion says, beside the numbers that are always there.
namespace completion {
inline constexpr std::uint16_t kHash = 1;          // rss_hash is the frame's
inline constexpr std::uint16_t kVlanStripped = 2;  // vlan_tci was taken out of the frame
inline constexpr std::uint16_t kVlan = 4;          // vlan_tci is in the frame
inline constexpr std::uint16_t kIpGood = 8;        // the checksum of the IPv4 header is right
inline constexpr std::uint16_t kIpBad = 16;
inline constexpr std::uint16_t kL4Good = 32;  // that of the TCP segment or UDP datagram
inline constexpr std::uint16_t kL4Bad = 64;
inline constexpr std::uint16_t kMark = 128;  // a flow rule set the mark
inline constexpr std::uint16_t kTimestamp = 256;
}  // namespace completion

/// What the device tells of a received frame. `phase` is written last.
struct alignas(64) Completion {
  std::uint64_t timestamp;    // ns of the device's clock
  std::uint32_t length;       // bytes in the buffer
  std::uint32_t rss_hash;     // Toeplitz
  std::uint32_t packet_type;  // RTE_PTYPE_*
  std::uint32_t mark;
  std::uint16_t vlan_tci;  // host order
  std::uint16_t flags;     // completion::k*
  std::uint8_t reserved[35];
  std::uint8_t phase;
};
static_assert(sizeof(Completion) == 64 && std::is_trivially_copyable_v<Completion>);

/// An empty buffer.
struct RxDescriptor {
  std::uint8_t *data;
  std::uint32_t size;
  std::uint32_t reserved;
};

/// A frame to transmit; its bytes stay where they are until the device is done with it.
struct TxDescriptor {
  const std::uint8_t *data;
  std::uint32_t length;
  std::uint32_t reserved;
};

/// The phase of what is written in the round of the `count`-th entry, from 0, of a ring.
constexpr std::uint8_t phase_of(std::uint32_t count, std::uint32_t size) {
  return (count & size) == 0 ? 1 : 0;
}

/// Whether the completion of the `count`-th frame, from 0, is there.
inline bool is_complete(const Completion &c, std::uint32_t count, std::uint32_t size) {
  return __atomic_load_n(&c.phase, __ATOMIC_ACQUIRE) == phase_of(count, size);
}

/// A receive queue. Counts are of all entries since the start and wrap around; `size` is a power
/// of two.
struct RxRing {
  RxDescriptor *descriptors = nullptr;
  Completion *completions = nullptr;
  std::uint32_t size = 0;
  alignas(64) std::atomic<std::uint32_t> posted{0};  // by the host
  alignas(64) std::uint32_t filled = 0;              // by the device, for itself

  std::uint32_t at(std::uint32_t count) const { return count & (size - 1); }

  /// For the host: the completion of the `count`-th frame, nullptr when it is not there yet.
  const Completion *completed(std::uint32_t count) const {
    const Completion *c = &completions[at(count)];
    return is_complete(*c, count, size) ? c : nullptr;
  }
  /// For the host: all descriptors up to the `count`-th are buffers to fill.
  void post(std::uint32_t count) { posted.store(count, std::memory_order_release); }
};

/// A transmit queue.
struct TxRing {
  TxDescriptor *descriptors = nullptr;
  std::uint32_t size = 0;
  alignas(64) std::atomic<std::uint32_t> posted{0};  // by the host
  alignas(64) std::atomic<std::uint32_t> done{0};    // by the device

  std::uint32_t at(std::uint32_t count) const { return count & (size - 1); }
  void post(std::uint32_t count) { posted.store(count, std::memory_order_release); }
};

}  // namespace pmill::nic
