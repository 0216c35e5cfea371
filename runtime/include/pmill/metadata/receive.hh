// SPDX-License-Identifier: BSD-3-Clause
// A burst of mbufs becomes packets: the metadata models overlaying and copying.
#pragma once

#include <algorithm>
#include <pmill/element.hh>
#include <pmill/foresee.hh>
#include <pmill/out_of_line.hh>
#include <pmill/receive.hh>

namespace pmill {

namespace detail {

/// The next burst of an element of which it is not only received; returns how many packets are left
/// of it.
template <typename S>
PMILL_COLD unsigned receive_more(S self, Buffer *buffers, unsigned burst) {
  auto &state = self.state;
  if (state.queues.empty()) return 0;
  const RxQueue &queue = state.queues.next();
  const unsigned n = receive_burst(self.worker, queue, buffers, burst);
  if (n == 0 || queue.whole) return n;
  const unsigned left = join_segments(self.worker, state.segmented, buffers, n);
  state.count += n - left;
  return left;
}

/// Tells the processor to fetch packets [from, to) of a burst.
PMILL_INLINE void fetch(const RxQueue &queue, Buffer *buffers, unsigned from, unsigned to) {
  const std::size_t distance = queue.data_at;
#pragma clang loop unroll(disable)
  for (unsigned i = from; i < to; ++i) buffer::prefetch(buffers[i], distance);
}

/// Fetches what is to be there when the packets from `at` on have been handled; returns where those
/// end of which that is said.
PMILL_INLINE unsigned fetch_behind(const RxQueue &queue, Buffer *buffers, std::size_t at,
                                   unsigned n) {
  const unsigned end = std::min(static_cast<unsigned>(at) + queue.group, n);
  fetch(queue, buffers, end, std::min(end + queue.ahead, n));
  return end;
}

/// Fetches the first packets of a burst; returns how many are handled before more are fetched.
PMILL_INLINE unsigned fetch_first(const RxQueue &queue, Buffer *buffers, unsigned n) {
  if (queue.ahead == 0) return n;
  fetch(queue, buffers, 0, std::min(queue.ahead, n));
  return fetch_behind(queue, buffers, 0, n);
}

}  // namespace detail

PMILL_INLINE unsigned receive(auto &self, unsigned burst, auto &&fits, auto &&use) {
  using D = typename SelfOf<decltype(self)>::Instance;
  Buffer buffers[kMostBurst];
  const PolledQueues &queues = self.state.queues;
  unsigned n = 0;
  if (queues.plain()) [[likely]]
    n = receive_alone(self.worker, queues.current(), buffers, burst);
  else
    n = detail::receive_more<OutOfLine<decltype(self)>>(rarely(self), buffers, burst);
  if (n == 0) return 0;
  if (n > burst) __builtin_unreachable();
  const RxQueue &queue = queues.current();
  const auto go = [&](Buffer b) __attribute__((always_inline)) {
    auto &&packet = adopt<typename SelfOf<decltype(self)>::Packet>(b);
    packet.set_mac(packet.data());
    [[clang::always_inline]] use(packet, Received(b));
  };
  if constexpr (kBeginsStraight<D>) {  // a short way: all packets are fetched before the first goes
    if (queue.ahead != 0) [[unlikely]]
      detail::fetch(queue, buffers, 0, n);
    for (std::size_t i = 0; i != n; ++i) go(buffers[i]);
    push_burst<typename D::Straight>(self.worker, buffers, n);
    return n;
  }
  foresee<D>(self.worker, buffers, n);
  unsigned end = detail::fetch_first(queue, buffers, n);
  for (std::size_t i = 0;; end = detail::fetch_behind(queue, buffers, i, n)) {
    for (; i != end; ++i) {
      now_at<D>(self.worker, i);
      if (fits(buffers[i])) [[likely]]
        go(buffers[i]);
    }
    if (i == n) return n;
  }
}

}  // namespace pmill
