// SPDX-License-Identifier: BSD-3-Clause
// What a network interface finds out about a frame: its kind, its hash, its checksums.
#pragma once

#include <cstdint>
#include <cstring>
#include <pmill/nic/rings.hh>
#include <span>

namespace pmill::nic {

inline constexpr std::uint32_t kKeyBytes = 40;
inline constexpr std::uint32_t kRetaEntries = 128;

/// The kinds of frames that are hashed: RTE_ETH_RSS_* that the device knows.
extern const std::uint64_t kHashTypes;

/// A key of Toeplitz hashing.
class HashKey {
 public:
  /// The key that Microsoft's specification of receive side scaling proves its hash with.
  HashKey();
  explicit HashKey(std::span<const std::uint8_t, kKeyBytes> bytes);
  /// The key for which both directions of a flow have one hash: 0x6d5a again and again
  /// (S. Woo and K. Park, "Scalable TCP Session Monitoring with Symmetric Receive-side Scaling").
  static HashKey symmetric();

  std::span<const std::uint8_t, kKeyBytes> bytes() const { return bytes_; }
  /// The hash of words in network order.
  std::uint32_t hash(std::span<const std::uint32_t> words) const;

 private:
  std::uint8_t bytes_[kKeyBytes];
  std::uint32_t words_[kKeyBytes / 4];  // in host order
};

/// Fills in what a completion says of a frame: its length, kind, tag and checksums, and its hash if
/// it is of a kind of `hash_types`. `timestamp` and `phase` are left alone.
void describe(std::span<const std::uint8_t> frame, const HashKey &key, std::uint64_t hash_types,
              Completion &c);

}  // namespace pmill::nic
