// SPDX-License-Identifier: BSD-3-Clause
// A burst of mbufs becomes packets: the metadata models overlaying and copying.
#pragma once

#include <algorithm>
#include <pmill/element.hh>
#include <pmill/receive.hh>

namespace pmill {

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

PMILL_INLINE unsigned receive(auto &self, const RxQueue &queue, unsigned burst, auto &&fits,
                              auto &&use) {
  Buffer buffers[PolledQueues::kMostBurst];
  const unsigned n = receive_burst(self.worker, queue, buffers, burst);
  if (n == 0) return 0;
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
      [[clang::always_inline]] use(packet, Received(b));
    }
  }
  return n;
}

}  // namespace pmill
