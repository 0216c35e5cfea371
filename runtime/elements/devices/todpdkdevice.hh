// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>
#include <pmill/element.hh>
#include <pmill/port.hh>
#include <vector>

namespace pmill::elements {

/// Sends packets to a DPDK port.
///
/// Packets are collected and sent together: BURST at a time, and what remains at the end of every
/// round of the worker, or TIMEOUT milliseconds later. When the device takes no more, BLOCKING
/// waits for it; otherwise up to IQUEUE packets wait and further ones are dropped. Options that
/// the device does not support are errors at start-up.
/// @group devices
/// @example FromDPDKDevice(0) -> ToDPDKDevice(1);
/// @example FromDPDKDevice(0) -> ToDPDKDevice(net_tap0, BLOCKING false, IQUEUE 256);
/// @alias ToDPDKDeviceXCHG
struct ToDPDKDevice {
  static constexpr Spec spec{.ports = "1/0", .processing = "h/h"};

  struct Args {
    String port;                    ///< Number, PCI address or device name.
    std::int32_t queue = -1;        ///< First queue; -1: each worker's own. @positional
    std::int32_t n_queues = -1;     ///< Number of queues; -1: one a worker.
    std::uint32_t maxqueues = 128;  ///< Most queues to use. @range 1 1024
    std::uint32_t iqueue = 1024;    ///< Packets that may wait: a power of 2. @range 1 1048576
    bool blocking = true;           ///< Wait for a device that takes no more; else drop.
    std::int32_t burst = -1;  ///< Packets sent at once; -1: as many as a round makes. @range -1 256
    std::int32_t timeout = 0;  ///< Milliseconds to wait for BURST; 0: none; -1: for ever.
    std::uint32_t ndesc = 0;   ///< Transmit descriptors; 0: as the driver likes. @range 0 65535
    bool alloc = true;         ///< Accepted; every packet lies in a device buffer anyway.
    bool tso = false;          ///< Allow TCP segmentation in the device.
    bool ipco = false;         ///< Allow IP checksums to be computed in the device.
    bool tco = false;          ///< Allow TCP checksums to be computed in the device.
    bool uco = false;          ///< Allow UDP checksums to be computed in the device.
    std::int32_t verbose = 0;  ///< More than 0: say how the port is set up.
    bool active = true;        ///< false: drop everything.
    bool allow_nonexistent = false;  ///< Drop everything when there is no such port.
  };

  struct State {
    Count count;      ///< @read Packets handed to the device.
    Count dropped;    ///< @drop The device took no more, or does not exist.
    Count hw_count;   ///< @read Packets the device sent.
    Count hw_bytes;   ///< @read Bytes the device sent.
    Count hw_errors;  ///< @read Packets the device failed to send.

    unsigned used = 0;
    std::array<Buffer, 256> burst;
    const TxQueue *queue = nullptr;
    std::vector<Buffer> waiting;  // what the device refused, oldest first
    std::uint64_t due = 0;        // TSC at which TIMEOUT ends, 0: it does not run
  };

  static void configure(const auto &args, Setup &setup) {
    if (!std::has_single_bit(args.iqueue)) setup.fail("IQUEUE must be a power of 2");
    if (!args.active) return;
    TxRequest r;
    r.queue = args.queue, r.n_queues = args.n_queues, r.max_queues = args.maxqueues;
    r.ndesc = args.ndesc, r.iqueue = args.blocking ? 0 : args.iqueue;
    r.tso = args.tso, r.ipco = args.ipco, r.tco = args.tco, r.uco = args.uco;
    r.allow_nonexistent = args.allow_nonexistent, r.verbose = args.verbose;
    setup.transmit(args.port, r);
  }

  static void initialize(auto &self) {
    self.state.queue = transmit_queue(self.worker, self.name);
    if (!self.args.blocking) self.state.waiting.reserve(self.args.iqueue);
  }

  static void push(auto &self, auto &packet) {
    State &state = self.state;
    state.burst[state.used++] = packet.surrender();
    const std::size_t full = self.args.burst > 0 ? self.args.burst : state.burst.size();
    if (state.used >= full) [[unlikely]]
      send(self.worker, self.args, state);
  }

  static void flush(auto &self) {
    State &state = self.state;
    if (state.used == 0 && state.waiting.empty()) return;
    if (self.args.timeout != 0 && patient(self.args, state)) return;
    send(self.worker, self.args, state);
  }

  static void finish(auto &self) {
    // The device counts for all workers together: one of them reports it.
    if (self.worker.index != 0) return;
    const PortCounts counts = transmit_counts(self.name);
    self.state.hw_count.value = counts.tx_packets;
    self.state.hw_bytes.value = counts.tx_bytes;
    self.state.hw_errors.value = counts.tx_errors;
  }

 private:
  // What follows takes parts of `self`, not `self`: a reference to it, handed out of line, would
  // force it into memory for every packet.

  /// Sends what is queued; of a device that takes it all this is the whole story. Not inlined,
  /// so that push() stays small wherever it is.
  [[gnu::noinline]] static void send(Worker &worker, const auto &args, State &state) {
    if (state.queue == nullptr || !state.waiting.empty()) [[unlikely]]
      return resend(worker, args, state);
    const unsigned sent = state.queue->send(state.burst.data(), state.used);
    state.count += sent;
    if (sent != state.used) [[unlikely]]
      return refused(worker, args, state, sent);
    state.used = 0;
    state.due = 0;
  }

  /// The device took only `sent` packets of the burst.
  PMILL_COLD static void refused(Worker &worker, const auto &args, State &state, unsigned sent) {
    Buffer *rest = state.burst.data() + sent;
    unsigned count = state.used - sent;
    state.used = 0;
    state.due = 0;
    if (args.blocking || g_stop.load(std::memory_order_relaxed)) {
      const unsigned more = insist(state, rest, count);
      rest += more;
      count -= more;
    }
    for (; count != 0; --count, ++rest) {
      if (!args.blocking && state.waiting.size() < args.iqueue)
        state.waiting.push_back(*rest);
      else
        discard(worker, state, *rest);
    }
  }

  /// First what waited, then the burst; or nothing, when there is no device.
  PMILL_COLD static void resend(Worker &worker, const auto &args, State &state) {
    if (state.queue == nullptr) {
      for (unsigned i = 0; i < state.used; ++i) discard(worker, state, state.burst[i]);
      state.used = 0;
      return;
    }
    const bool stopping = g_stop.load(std::memory_order_relaxed);
    const auto count = static_cast<unsigned>(state.waiting.size());
    unsigned gone = stopping ? insist(state, state.waiting.data(), count)
                             : offer(state, state.waiting.data(), count);
    for (; stopping && gone < count; ++gone) discard(worker, state, state.waiting[gone]);
    state.waiting.erase(state.waiting.begin(), state.waiting.begin() + gone);
    if (!state.waiting.empty()) return refused(worker, args, state, 0);
    if (state.used != 0) send(worker, args, state);
  }

  /// Sends until the device refuses; returns how many it took.
  static unsigned offer(State &state, Buffer *buffers, unsigned count) {
    unsigned sent = 0;
    while (sent < count) {
      const auto chunk = std::min<std::size_t>(count - sent, state.burst.size());
      const unsigned n = state.queue->send(buffers + sent, static_cast<unsigned>(chunk));
      if (n == 0) break;
      sent += n;
    }
    state.count += sent;
    return sent;
  }

  /// Sends until all is sent; a program that stops waits only a little longer.
  static unsigned insist(State &state, Buffer *buffers, unsigned count) {
    unsigned sent = 0;
    std::uint64_t give_up = 0;
    while (sent < count) {
      sent += offer(state, buffers + sent, count - sent);
      if (sent == count || !g_stop.load(std::memory_order_relaxed)) continue;
      const std::uint64_t now = Clock::cycles();
      if (give_up == 0) give_up = now + rte_get_tsc_hz() / 10;
      if (now > give_up) break;
    }
    return sent;
  }

  static void discard(Worker &worker, State &state, Buffer b) {
    ++state.dropped;
    worker.release(b);
  }

  /// Whether an incomplete burst may wait longer.
  static bool patient(const auto &args, State &state) {
    if (g_stop.load(std::memory_order_relaxed) || !state.waiting.empty()) return false;
    if (args.timeout < 0) return true;
    const std::uint64_t now = Clock::cycles();
    if (state.due == 0)
      state.due = now + static_cast<std::uint64_t>(args.timeout) * rte_get_tsc_hz() / 1000;
    return now < state.due;
  }
};

}  // namespace pmill::elements
