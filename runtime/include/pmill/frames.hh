// SPDX-License-Identifier: BSD-3-Clause
// The two directions of the elements that exchange frames with interfaces of the kernel.
#pragma once

#include <pmill/element.hh>
#include <pmill/interface.hh>
#include <pmill/port.hh>
#include <pmill/receive.hh>
#include <pmill/transmit.hh>

namespace pmill {

/// Makes received frames what they should be before they become packets.
class FrameIntake {
 public:
  /// The frames of a packet socket.
  void begin(std::string_view interface, const SocketRequest &request);
  /// The frames of a virtual interface, any of which fits.
  void begin(std::uint32_t headroom) { longest_ = UINT32_MAX, want_headroom(headroom); }

  /// False when a frame was dropped, counted in `too_long`.
  PMILL_INLINE bool accept(Worker &worker, Count &too_long, Buffer b) {
    missing_ = 0;
    if (!special_ && !buffer::misses_tag(b) && buffer::length(b) <= longest_) [[likely]]
      return true;
    return adapt(worker, too_long, b);
  }
  /// How many bytes the last frame was longer on its way.
  PMILL_INLINE std::uint32_t missing() const { return missing_; }

 private:
  [[gnu::cold]] bool adapt(Worker &worker, Count &too_long, Buffer b);
  void want_headroom(std::uint32_t bytes);

  std::uint32_t longest_ = 0;
  bool cuts_ = false;     // frames that are too long are cut, not dropped
  bool special_ = false;  // all frames are adapted: to have more headroom
  std::uint32_t headroom_ = 0;
  std::uint32_t missing_ = 0;
};

/// Says that the kernel takes no more: once a second at most.
class OverflowMessage {
 public:
  /// How many packets had been refused when that was last said, or kept quiet.
  PMILL_INLINE std::uint64_t told() const { return told_; }
  /// Tells of `refused` packets; `once`: only the first time.
  [[gnu::cold]] void tell(std::string_view element, std::uint64_t refused, bool once);

 private:
  std::uint64_t told_ = 0;
  std::uint64_t quiet_until_ = 0;  // TSC
};

/// Receives up to BURST frames and returns how many came: `use(packet)` gets those that the State's
/// `intake` accepts, of its `queues`.
PMILL_INLINE unsigned receive_frames(auto &self, auto &&use) {
  auto &state = self.state;
  return receive(
      self, self.args.burst,
      [&](Buffer b) __attribute__((always_inline)) {
        return state.intake.accept(self.worker, state.too_long, b);
      },
      [&](auto &packet, const Received &)
          __attribute__((always_inline)) { [[clang::always_inline]] use(packet); });
}

/// The counter of packets given to an interface: `sent` where `count` is those received.
PMILL_INLINE Count &sent(auto &state) {
  if constexpr (requires { state.sent; })
    return state.sent;
  else
    return state.count;
}

/// Gives a packet to the interface, whose `room` and `buffer` the State has; it is counted in
/// `sent`, in `drops` when the interface takes no more, in `unfit` when it is no frame for it.
PMILL_INLINE void send_frame(auto &self, auto &packet) {
  auto &state = self.state;
  if (!state.room.takes(packet.data(), packet.length())) [[unlikely]]
    return drop(self, packet, state.unfit);
  if (state.buffer.add(packet.surrender())) [[unlikely]]
    state.buffer.send(self.worker, sent(state), state.drops);
}

/// Sends what has been collected.
PMILL_INLINE void send_frames(auto &self) {
  auto &state = self.state;
  if (!state.buffer.empty()) state.buffer.send_rest(self.worker, sent(state), state.drops);
}

}  // namespace pmill
