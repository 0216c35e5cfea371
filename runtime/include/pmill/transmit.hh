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
  /// Sends `n` packets in one piece where nothing waits, and where they need not wait for more;
  /// otherwise, and those that the device refuses, adds them. Nobody else adds packets.
  PMILL_INLINE void send_burst(Worker &worker, Count &sent, Count &dropped, Outgoing *packets,
                               unsigned n, bool at_once, unsigned burst = kRoom) {
    unsigned gone = 0;
    if (at_once && direct_ != nullptr && (burst == kRoom || n <= burst)) [[likely]] {
      gone = transmit(worker, *direct_, packets, n);
      sent += gone;
      if (gone == n) [[likely]]
        return;
    }
    add_all({worker, sent, dropped}, packets + gone, n - gone);
  }
  /// Whether an incomplete burst may wait longer, for `timeout` milliseconds from its first
  /// question; -1: for ever.
  bool patient(std::int32_t timeout);
  /// Sends what is there and counts what the device took and what had to be dropped.
  void send(Worker &worker, Count &sent, Count &dropped);
  /// How many packets are a burst.
  PMILL_INLINE unsigned burst() const { return static_cast<unsigned>(burst_); }

  // What follows is told once more what begin() was told, which is mostly a constant.

  /// Whether nothing is left to send; `in_bursts`: of what send_burst() got.
  PMILL_INLINE bool empty(bool in_bursts, unsigned burst) const {
    return (in_bursts && direct_ != nullptr) || empty(burst);
  }
  PMILL_INLINE bool empty(unsigned burst = kRoom) const {
    return next_ == -std::ptrdiff_t{burst} && waiting_count_ == 0;
  }
  /// What send() does, inline, for the end of a round, when something is left.
  PMILL_INLINE void send_rest(Worker &worker, Count &sent, Count &dropped, unsigned burst = kRoom) {
    if (direct_ == nullptr) [[unlikely]]
      return send(worker, sent, dropped);
    const std::ptrdiff_t full = burst;
    const auto count = static_cast<unsigned>(next_ + full);
    const unsigned n = transmit(worker, *direct_, room_ + kRoom - full, count);
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
  [[gnu::cold]] void add_all(const Outcome &outcome, const Outgoing *packets, unsigned count);
  [[gnu::cold]] void refused(const Outcome &outcome, unsigned sent);
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
    direct_ = count == 0 ? queue_ : nullptr;
  }

  const TxQueue *direct_ = nullptr;  // the queue, when nothing waits, nor was left of a burst
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
