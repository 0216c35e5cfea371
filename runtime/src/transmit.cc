// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pmill/transmit.hh>

namespace pmill {

TransmitBuffer::~TransmitBuffer() { delete[] waiting_; }

void TransmitBuffer::begin(const TxQueue *queue, bool blocking, std::uint32_t most_waiting,
                           unsigned burst) {
  queue_ = queue;
  if (queue != nullptr) own_.set(*queue);
  blocking_ = blocking;
  burst_ = burst;
  set_waiting(0);
  clear();
  if (blocking) return;
  most_waiting_ = most_waiting;
  waiting_ = new Outgoing[most_waiting];
}

void TransmitBuffer::send(Worker &worker, Count &sent, Count &dropped) {
  const Outcome outcome{worker, sent, dropped};
  if (!open_) [[unlikely]]
    return resend(outcome);
  send_all(outcome);
}

void TransmitBuffer::send_all(const Outcome &outcome) {
  const unsigned n = transmit(outcome.worker, *queue_, first(), used());
  outcome.sent += n;
  if (n != used()) [[unlikely]]
    return refused(outcome, n);
  clear();
  due_ = 0;
}

/// The device took only `sent` packets of the burst.
void TransmitBuffer::refused(const Outcome &outcome, unsigned sent) {
  Outgoing *rest = first() + sent;
  unsigned count = used() - sent;
  clear();
  due_ = 0;
  if (blocking_ || Worker::stopping()) {
    const unsigned more = insist(outcome, rest, count);
    rest += more;
    count -= more;
  }
  for (; count != 0; --count, ++rest) {
    if (waiting_count_ == most_waiting_) {
      discard(outcome, *rest);
    } else {
      waiting_[waiting_count_] = *rest;
      set_waiting(waiting_count_ + 1);
    }
  }
}

/// First what waited, then the burst; or nothing, when there is no device.
void TransmitBuffer::resend(const Outcome &outcome) {
  if (queue_ == nullptr) {
    for (unsigned i = 0; i < used(); ++i) discard(outcome, first()[i]);
    clear();
    return;
  }
  const bool stopping = Worker::stopping();
  const unsigned count = waiting_count_;
  unsigned gone = stopping ? insist(outcome, waiting_, count) : offer(outcome, waiting_, count);
  for (; stopping && gone < count; ++gone) discard(outcome, waiting_[gone]);
  std::copy(waiting_ + gone, waiting_ + count, waiting_);
  set_waiting(count - gone);
  if (waiting_count_ != 0) return refused(outcome, 0);
  if (used() != 0) send_all(outcome);
}

/// Sends until the device refuses; returns how many it took.
unsigned TransmitBuffer::offer(const Outcome &outcome, Outgoing *packets, unsigned count) {
  unsigned sent = 0;
  while (sent < count) {
    const unsigned n =
        transmit(outcome.worker, *queue_, packets + sent, std::min(count - sent, kRoom));
    if (n == 0) break;
    sent += n;
  }
  outcome.sent += sent;
  return sent;
}

/// Sends until all is sent; a program that stops waits only a little longer.
unsigned TransmitBuffer::insist(const Outcome &outcome, Outgoing *packets, unsigned count) {
  unsigned sent = 0;
  std::uint64_t give_up = 0;
  while (sent < count) {
    sent += offer(outcome, packets + sent, count - sent);
    if (sent == count || !Worker::stopping()) continue;
    const std::uint64_t now = Clock::cycles();
    if (give_up == 0) give_up = now + rte_get_tsc_hz() / 10;
    if (now > give_up) break;
  }
  return sent;
}

void TransmitBuffer::discard(const Outcome &outcome, const Outgoing &packet) {
  ++outcome.dropped;
  outcome.worker.release(buffer::buffer_of(packet));
}

void TransmitBuffer::keep(Worker &worker, Count &sent, Count &dropped, const Outgoing *packets,
                          unsigned n) {
  for (unsigned i = 0; i < n; ++i)
    if (add(packets[i])) send(worker, sent, dropped);
  if (used() != 0) open_ = false;  // the next burst goes behind these
}

bool TransmitBuffer::patient(std::int32_t timeout) {
  if (Worker::stopping() || waiting_count_ != 0) return false;
  if (timeout < 0) return true;
  const std::uint64_t now = Clock::cycles();
  if (due_ == 0) due_ = now + static_cast<std::uint64_t>(timeout) * rte_get_tsc_hz() / 1000;
  return now < due_;
}

}  // namespace pmill
