// SPDX-License-Identifier: BSD-3-Clause
// Packets and bytes of each flow, and how long flows are.
#pragma once

#include <array>
#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/flow/flows.hh>
#include <pmill/huge_array.hh>
#include <pmill/spec.hh>
#include <string>

namespace pmill::flow {

/// How many flows have how many packets. From 64 packets on, lengths that differ by less than a
/// thirtieth are counted together, as the shortest of them.
class Lengths {
 public:
  void add(std::uint64_t packets);
  void add(const Lengths &other);

  std::uint64_t flows() const { return flows_; }
  /// Packets of a flow: of all together, and of the one in the middle; 0 when there is none.
  double average() const;
  std::uint64_t median() const;
  /// A line for each length that there is: the packets, and how many flows have so many.
  std::string text() const;

 private:
  static constexpr unsigned kExact = 64, kParts = kExact / 2;
  static unsigned class_of(std::uint64_t packets);
  static std::uint64_t shortest_of(unsigned number);

  std::uint64_t flows_ = 0, packets_ = 0;
  std::array<std::uint64_t, kExact + 58 * kParts> classes_{};
};

/// What one worker counts.
class Counts final : public User {
 public:
  Kept start(std::uint32_t capacity) override;
  void end(Id id) override;

  PMILL_INLINE void prefetch(Id id) const { __builtin_prefetch(&flows_[id], 1); }
  /// Counts a packet; false when it is the first of its flow.
  PMILL_INLINE bool add(Id id, std::uint32_t bytes) {
    Flow &flow = flows_[id];
    flow.bytes += bytes;
    return flow.packets++ != 0;
  }
  /// Where flows are counted that live.
  void count_into(Count &open) { open_ = &open; }
  /// The lengths of all flows, also of those that live.
  void collect(Lengths &into) const;

 private:
  struct Flow {
    std::uint64_t packets;
    std::uint64_t bytes;
  };
  HugeArray<Flow> flows_;
  Lengths ended_;
  Count *open_ = nullptr;
};

}  // namespace pmill::flow
