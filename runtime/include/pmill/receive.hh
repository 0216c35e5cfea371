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
    next_ = queues.empty() ? nullptr : queues.data();
    several_ = queues.size() > 1;
  }
  PMILL_INLINE bool empty() const { return next_ == nullptr; }
  std::span<const RxQueue> all() const { return queues_; }
  /// The queue whose turn it is; there is one.
  PMILL_INLINE const RxQueue &next() {
    const RxQueue &queue = *next_;
    if (several_) [[unlikely]] {
      if (++next_ == queues_.data() + queues_.size()) next_ = queues_.data();
    }
    return queue;
  }

 private:
  const RxQueue *next_ = nullptr;
  bool several_ = false;
  std::span<const RxQueue> queues_;
};

/// Receives up to `burst` packets and returns how many came. `fits(buffer)` is false where it has
/// ended a buffer; of the others `use(packet, told)` gets the packet, whose MAC header is marked,
/// and owns it, and what the device told of it. Frames of several segments that cannot be joined
/// are dropped and counted in `segmented` of the State.
PMILL_INLINE unsigned receive(auto &self, const RxQueue &queue, unsigned burst, auto &&fits,
                              auto &&use);

}  // namespace pmill

#ifdef PMILL_METADATA_XCHANGE
#include <pmill/xchg/receive.hh>
#else
#include <pmill/metadata/receive.hh>
#endif
