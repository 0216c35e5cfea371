// SPDX-License-Identifier: BSD-3-Clause
// The receiving half of device elements: a burst from a queue becomes packets.
#pragma once

#include <pmill/element.hh>
#include <pmill/port.hh>

namespace pmill {

/// The queues that a worker polls for an element, in turn.
class PolledQueues {
 public:
  void begin(std::span<const RxQueue> queues) {
    queues_ = queues;
    plain_ = queues.size() == 1 && queues[0].lock == nullptr && (queues[0].whole || !kSegments);
    if (!queues.empty()) current_.set(queues[0]);
  }
  bool empty() const { return queues_.empty(); }
  std::span<const RxQueue> all() const { return queues_; }
  /// Whether a burst is received and nothing else: there is one queue, this worker's own, and
  /// every frame of it is one buffer.
  PMILL_INLINE bool plain() const { return plain_; }
  /// The queue of the last burst; there is one.
  PMILL_INLINE const RxQueue &current() const { return *current_; }
  /// That of the next burst.
  const RxQueue &next() {
    if (++turn_ >= queues_.size()) turn_ = 0;
    current_.set(queues_[turn_]);
    return *current_;
  }

 private:
  bool plain_ = false;
  AtHand<RxQueue> current_;
  std::size_t turn_ = 0;
  std::span<const RxQueue> queues_;
};

/// Receives up to `burst` packets from the `queues` of the State and returns how many there are.
/// `fits(buffer)` is false where it has ended a buffer; of the others `use(packet, told)` gets the
/// packet, whose MAC header is marked, and owns it, and what the device told of it. Frames of
/// several segments that cannot be joined are dropped, counted in `count` and `segmented` of the
/// State.
PMILL_INLINE unsigned receive(auto &self, unsigned burst, auto &&fits, auto &&use);

}  // namespace pmill

#ifdef PMILL_METADATA_XCHANGE
#include <pmill/xchg/receive.hh>
#else
#include <pmill/metadata/receive.hh>
#endif
