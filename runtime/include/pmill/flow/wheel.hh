// SPDX-License-Identifier: BSD-3-Clause
// When to look at which flow again: a timer wheel (Varghese and Lauck, "Hashed and hierarchical
// timing wheels", 1987). Nobody touches it for a packet: a flow that turns out to be in use when
// its time comes is put back.
#pragma once

#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/flow/table.hh>
#include <pmill/huge_array.hh>

namespace pmill::flow {

/// Time in ticks of a wheel, modulo 2^32.
using Tick = std::uint32_t;

class Wheel {
 public:
  /// Times of more ticks ahead than this come round more than once.
  static constexpr Tick kSlots = 256;

  /// Takes memory for flows up to a number.
  [[gnu::cold]] void start(std::uint32_t capacity, Tick now);

  /// Has a flow, which has no time, come at `when`, but not before the next tick.
  void add(Id id, Tick when);
  /// Forgets a flow's time, if it has one.
  void remove(Id id);
  bool has(Id id) const { return links_[id].next != 0; }

  /// Returns a flow whose slot has come, up to the tick `now`, and takes its time away: the caller
  /// knows whether it is to come round again. 0 when there is none; then all are done up to `now`.
  Id next(Tick now);
  /// The next tick at which `next` may return a flow; false when no flow has a time.
  bool due(Tick &tick) const;

 private:
  struct Link {
    std::uint32_t previous, next;  // 0: in no list
  };
  /// The link that stands for a slot's list.
  std::uint32_t head(Tick tick) const { return heads_ + tick % kSlots; }

  HugeArray<Link> links_;  // of flows, then of slots
  std::uint32_t heads_ = 0;
  std::uint32_t count_ = 0;
  Tick done_ = 0;  // up to here, with it
};

}  // namespace pmill::flow
