// SPDX-License-Identifier: BSD-3-Clause
// Packets on their way to a device: the burst that is being collected, and what the device refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <pmill/port.hh>

namespace pmill {

/// Where the packets of one ToDPDKDevice wait. Only add() runs for every packet, and not where they
/// come in bursts.
class TransmitBuffer {
 public:
  static constexpr unsigned kRoom = kMostBurst;

  PMILL_INLINE TransmitBuffer() {}
  ~TransmitBuffer();
  TransmitBuffer(const TransmitBuffer &) = delete;
  TransmitBuffer &operator=(const TransmitBuffer &) = delete;

  /// Without a queue everything is dropped. `blocking` insists on a device that takes no more;
  /// otherwise up to `most_waiting` packets wait for it. A burst is full with `burst` packets, at
  /// most kRoom.
  void begin(const TxQueue *queue, bool blocking, std::uint32_t most_waiting,
             unsigned burst = kRoom);

  /// Adds a packet; true when the burst is full and must be sent.
  PMILL_INLINE bool add(const Outgoing &packet) {
    room_[kRoom + next_] = packet;
    return ++next_ == 0;
  }
  /// Sends what the device takes of `n` packets, in one piece, and returns how many: none where
  /// others wait, which go first.
  PMILL_INLINE unsigned pass(Worker &worker, Outgoing *packets, unsigned n) {
    return open_ ? transmit_alone(worker, *own_, packets, n) : 0;
  }
  /// Adds packets that did not pass; those of the next burst wait behind them.
  void keep(Worker &worker, Count &sent, Count &dropped, const Outgoing *packets, unsigned n);
  /// Whether an incomplete burst may wait longer, for `timeout` milliseconds from its first
  /// question; -1: for ever.
  bool patient(std::int32_t timeout);
  /// Sends what is there and counts what the device took and what had to be dropped.
  void send(Worker &worker, Count &sent, Count &dropped);
  /// How many packets are a burst.
  PMILL_INLINE unsigned burst() const { return static_cast<unsigned>(burst_); }

  // What follows is told once more what begin() was told, which is mostly a constant.

  /// Whether nothing is left to send; `in_bursts`: of what pass() got.
  PMILL_INLINE bool empty(bool in_bursts, unsigned burst) const {
    return (in_bursts && open_) || empty(burst);
  }
  PMILL_INLINE bool empty(unsigned burst = kRoom) const {
    return next_ == -std::ptrdiff_t{burst} && waiting_count_ == 0;
  }
  /// What send() does, inline, for the end of a round, when something is left.
  PMILL_INLINE void send_rest(Worker &worker, Count &sent, Count &dropped, unsigned burst = kRoom) {
    if (!open_) [[unlikely]]
      return send(worker, sent, dropped);
    const std::ptrdiff_t full = burst;
    const auto count = static_cast<unsigned>(next_ + full);
    const unsigned n = transmit_alone(worker, *own_, room_ + kRoom - full, count);
    sent += n;
    if (n != count) [[unlikely]]
      return refused({worker, sent, dropped}, n);
    next_ = -full;
    due_ = 0;
  }

 private:
  struct Outcome {
    Worker &worker;
    Count &sent;
    Count &dropped;
  };
  [[gnu::cold]] void refused(const Outcome &outcome, unsigned sent);
  void send_all(const Outcome &outcome);
  void resend(const Outcome &outcome);
  unsigned offer(const Outcome &outcome, Outgoing *packets, unsigned count);
  unsigned insist(const Outcome &outcome, Outgoing *packets, unsigned count);
  static void discard(const Outcome &outcome, const Outgoing &packet);
  /// The packets of the burst.
  Outgoing *first() { return room_ + kRoom - burst_; }
  unsigned used() const { return static_cast<unsigned>(next_ + burst_); }
  void clear() { next_ = -burst_; }

  void set_waiting(unsigned count) {
    waiting_count_ = count;
    open_ = count == 0 && queue_ != nullptr && queue_->lock == nullptr;
  }

  bool open_ = false;  // nothing waits, nor was left of a burst, and nobody else fills the queue
  AtHand<TxQueue> own_;
  const TxQueue *queue_ = nullptr;
  // Where the next packet goes, from the end of the room: it counts up to zero, so that adding
  // needs no comparison.
  std::ptrdiff_t next_ = 0;
  std::ptrdiff_t burst_ = 0;  // packets of a full one
  unsigned waiting_count_ = 0;
  Outgoing *waiting_ = nullptr;  // what the device refused, oldest first
  std::uint32_t most_waiting_ = 0;
  bool blocking_ = true;
  std::uint64_t due_ = 0;  // TSC at which the patience ends, 0: it does not run
  Outgoing room_[kRoom];
};

}  // namespace pmill
