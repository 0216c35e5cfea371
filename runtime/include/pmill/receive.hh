// SPDX-License-Identifier: BSD-3-Clause
// The receiving half of device elements: a burst from a queue becomes packets.
#pragma once

#include <algorithm>
#include <pmill/element.hh>
#include <pmill/port.hh>

namespace pmill {

/// The queues that a worker polls for an element, in turn.
class PolledQueues {
 public:
  static constexpr unsigned kMostBurst = 256;

  void begin(std::span<const RxQueue> queues) { queues_ = queues; }
  PMILL_INLINE bool empty() const { return queues_.empty(); }
  std::span<const RxQueue> all() const { return queues_; }
  /// The queue whose turn it is; there is one.
  PMILL_INLINE const RxQueue &next() {
    const RxQueue &queue = queues_[next_];
    if (queues_.size() > 1 && ++next_ == queues_.size()) next_ = 0;
    return queue;
  }

 private:
  std::span<const RxQueue> queues_;
  unsigned next_ = 0;
};

namespace detail {

/// Tells the processor to fetch packets [from, to) of a burst.
PMILL_INLINE void fetch(Buffer *buffers, unsigned from, unsigned to) {
#pragma clang loop unroll(disable)
  for (unsigned i = from; i < to; ++i) buffer::prefetch(buffers[i]);
}

// It takes parts of `self`, not `self`: a reference to it, handed out of line, would keep it in
// memory.
PMILL_COLD inline bool joined(Worker &worker, Count &segmented, Buffer b) {
  if (linearize(b)) return true;
  ++segmented;
  worker.release(b);
  return false;
}

}  // namespace detail

/// Receives up to `burst` buffers and returns how many came. `fits(buffer)` is false where it has
/// ended a buffer; of the others `use(packet, buffer)` gets the packet, whose MAC header is marked,
/// and owns it. Frames of several segments that cannot be joined are dropped and counted in
/// `segmented` of the State.
PMILL_INLINE unsigned receive(auto &self, const RxQueue &queue, unsigned burst, auto &&fits,
                              auto &&use) {
  Buffer buffers[PolledQueues::kMostBurst];
  const unsigned n = queue.receive(buffers, burst);
  if (n == 0) return 0;
  hand_over::take(buffers, n);
  const unsigned group = queue.group, ahead = queue.ahead;
  detail::fetch(buffers, 0, std::min(ahead, n));
  for (unsigned i = 0; i < n;) {
    const unsigned end = std::min(i + group, n);
    detail::fetch(buffers, end, std::min(end + ahead, n));
    for (; i < end; ++i) {
      const Buffer b = buffers[i];
      if (buffer::segmented(b) && !detail::joined(self.worker, self.state.segmented, b))
          [[unlikely]]
        continue;
      if (!fits(b)) [[unlikely]]
        continue;
      auto &&packet = adopt<typename SelfOf<decltype(self)>::Packet>(b);
      packet.set_mac(packet.data());
      [[clang::always_inline]] use(packet, b);
    }
  }
  return n;
}

}  // namespace pmill
