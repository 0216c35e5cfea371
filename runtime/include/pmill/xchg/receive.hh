// SPDX-License-Identifier: BSD-3-Clause
// A frame becomes a packet while the driver looks at it: the metadata model xchange.
#pragma once

#include <algorithm>
#include <pmill/element.hh>
#include <pmill/receive.hh>

namespace pmill {
namespace xchg {

/// Which fields of a received frame a program's packets may keep.
template <typename P>
inline constexpr unsigned kWanted =
    (P::Layout::live.contains(meta::timestamp) ? 1U << unsigned(Field::timestamp) : 0) |
    ((FieldSet(meta::aggregate).bits & P::Layout::live.bits) != 0 ? 1U << unsigned(Field::rss_hash)
                                                                  : 0);

/// The application that runs elements: `use(received)` is the whole way of a packet. It takes empty
/// slots from the worker's pool some at a time into an array, and puts back what was not exchanged.
/// The array is not its own: what is handed out of line stays in memory, all of it.
template <typename P, typename Use>
class Running : public SlotRooms, public Setters<kWanted<P>> {
 public:
  using Some = Buffer[Stock<Slot>::kSome];

  PMILL_INLINE Running(BufferPool pool, Use &use, Some &fresh)
      : pool_(pool), use_(use), fresh_(fresh) {}
  Running(const Running &) = delete;
  Running &operator=(const Running &) = delete;
  PMILL_INLINE ~Running() {
    if (left_ != 0) pool_->give(fresh_, left_);
  }

  PMILL_INLINE Buffer exchange() {
    if (left_ == 0) [[unlikely]]
      left_ = pool_->take_some(fresh_);
    return left_ == 0 ? nullptr : fresh_[--left_];
  }
  PMILL_INLINE void finish(const Received &d) { use_(d); }

 private:
  BufferPool pool_;
  Use &use_;
  Some &fresh_;
  unsigned left_ = 0;
};

}  // namespace xchg

PMILL_INLINE unsigned receive(auto &self, unsigned burst, auto &&, auto &&use) {
  using P = typename SelfOf<decltype(self)>::Packet;
  const auto run = [&](const Received &received) __attribute__((always_inline)) {
    auto &&packet = adopt<P>(received.buffer, received.data, received.length);
    packet.set_mac(packet.data());
    [[clang::always_inline]] use(packet, received);
  };
  using Application = xchg::Running<P, decltype(run)>;
  PolledQueues &queues = self.state.queues;
  if (!queues.plain()) [[unlikely]] {
    if (queues.empty()) return 0;
    queues.next();
  }
  typename Application::Some fresh;
  Application app(self.worker.pool, run, fresh);
  return xchg::receive(queues.current(), app, burst);
}

}  // namespace pmill
