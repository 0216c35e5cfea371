// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <rte_cycles.h>
#include <rte_pause.h>

#include <algorithm>
#include <pmill/apart.hh>
#include <pmill/element.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Stores packets in a queue, from which they are pulled in the order in which they came.
///
/// A packet that finds CAPACITY others leaves on output 1 when that is connected and is dropped
/// otherwise. Where several workers push or pull, they share the queue. A source that can wait,
/// such as InfiniteSource, does so while all queues behind it are full. With BLOCKING every worker
/// that pushes waits, for a worker that pulls; it gives up when nothing was pulled for a second,
/// when the program ends, and when a handler is called.
/// @group basic
/// @example FromDPDKDevice(0) -> Queue(200) -> Unqueue -> Discard;
/// @alias SimpleQueue NotifierQueue FullNoteQueue
struct Queue {
  static constexpr Spec spec{
      .ports = "1/1-2", .processing = "h/lh", .cold = outputs(1), .shared = true, .fills = true};

  struct Args {
    std::uint32_t capacity = 1000;  ///< Packets the queue holds. @positional @range 0 4194304
    bool blocking = false;          ///< Wait for room instead of refusing packets.
    bool nouseless = false;         ///< Accepted, as FastClick does, and without effect.
  };

  struct State {
    Count drops;             ///< @drop(1) The queue was full.
    Count length;            ///< @read Packets in the queue.
    Count highwater_length;  ///< @read The most packets that were in the queue.

    ApartArray<Buffer> ring;
    std::uint32_t head = 0;  // the oldest packet
    // Of BLOCKING: who pulled last, and whether nobody did for too long.
    unsigned puller = UINT_MAX;
    bool stuck = false;
  };

  struct Handlers {
    ReadWrite capacity;   ///< Packets the queue holds; those that are too many are dropped. @keeps
                          ///< capacity
    Read notifier_state;  ///< 1 while there is something to pull, 0 otherwise.
    Write reset;          ///< Drops all packets in the queue.
    Write reset_counts;   ///< Counts drops, and the most packets, from now on.
  };

  static void configure(const auto &args, auto &setup) { setup.keep(args.capacity); }

  static void initialize(auto &self) { self.state.ring = make_apart<Buffer>(self.args.capacity); }

  static void push(auto &self, auto &packet) {
    State &state = self.state;
    do {
      const auto guard = self.lock();
      const auto length = static_cast<std::uint32_t>(state.length.value);
      if (length < self.args.capacity) [[likely]] {
        state.ring[place(state.head, length, self.args.capacity)] = park(self, packet);
        state.length.value = length + 1;
        state.highwater_length.value = std::max(state.highwater_length.value, state.length.value);
        return;
      }
    } while (self.args.blocking && await_room(self.worker, state, self.args.capacity));
    reject<1>(self, packet, state.drops);
  }

  /// One without any room is not full: nobody would ever make a packet for it.
  static bool full(const auto &args, const State &state) {
    return args.capacity != 0 && seen(state.length.value) >= args.capacity;
  }

  static bool pull(auto &self, auto &&use) {
    // Whoever waits for packets must not hold those up who bring them: an empty queue is noticed
    // without the lock. This is what Click's notifiers are for.
    if (seen(self.state.length.value) == 0) return false;
    Buffer b = nullptr;
    {
      const auto guard = self.lock();
      b = next(self.state, self.args.capacity);
      if (self.args.blocking) {
        set(self.state.puller, self.worker.index);
        set(self.state.stuck, false);
      }
    }
    if (b == nullptr) return false;
    resume(self, b, use);
    return true;
  }

  /// What nobody pulled is freed; `length` tells how many that were.
  static void finish(auto &self) {
    State &state = self.state;
    for (std::uint32_t n = 0; n < state.length.value; ++n)
      self.worker.release(state.ring[place(state.head, n, self.args.capacity)]);
  }

  static std::uint64_t read_capacity(auto &self, std::string_view) { return self.args.capacity; }
  static bool write_capacity(auto &self, std::string_view text, std::string &error) {
    std::uint32_t capacity = 0;
    if (!read_value(capacity, text, error)) return false;
    if (capacity > kMostPackets) {
      error = join({"a queue holds at most ", kMostPackets, " packets"});
      return false;
    }
    State &state = self.state;
    auto ring = make_apart<Buffer>(capacity);
    std::uint32_t kept = 0;
    while (const Buffer b = next(state, self.args.capacity)) {
      if (kept < capacity) {
        ring[kept++] = b;
        continue;
      }
      ++state.drops;
      self.worker.release(b);
    }
    state.ring = std::move(ring);
    state.head = 0;
    state.length.value = kept;
    self.changeable().capacity = capacity;
    return true;
  }
  static std::string read_notifier_state(auto &self, std::string_view) {
    return self.state.length.value == 0 ? "0" : "1";
  }
  static bool write_reset(auto &self, std::string_view, std::string &) {
    while (const Buffer b = next(self.state, self.args.capacity)) {
      ++self.state.drops;
      self.worker.release(b);
    }
    return true;
  }
  static bool write_reset_counts(auto &self, std::string_view, std::string &) {
    self.state.drops = {};
    self.state.highwater_length = self.state.length;
    return true;
  }

 private:
  static constexpr std::uint32_t kMostPackets = 4194304;

  /// A value that another worker may be changing, or looking at.
  template <typename T>
  PMILL_INLINE static T seen(const T &value) {
    return __atomic_load_n(&value, __ATOMIC_RELAXED);
  }
  template <typename T>
  PMILL_INLINE static void set(T &value, std::type_identity_t<T> to) {
    __atomic_store_n(&value, to, __ATOMIC_RELAXED);
  }

  /// Waits until another worker has pulled; false when that is in vain.
  [[gnu::cold, gnu::noinline]] static bool await_room(const Worker &worker, State &state,
                                                      std::uint32_t capacity) {
    if (worker.count == 1 || capacity == 0) return false;
    if (seen(state.stuck) || seen(state.puller) == worker.index) return false;
    const std::uint64_t end = rte_rdtsc() + rte_get_tsc_hz();
    while (seen(state.length.value) >= capacity) {
      if (Worker::interrupted()) return false;
      if (rte_rdtsc() > end) {
        set(state.stuck, true);
        return false;
      }
      rte_pause();
    }
    return true;
  }

  /// The place of the packet `n` behind the oldest.
  PMILL_INLINE static std::uint32_t place(std::uint32_t head, std::uint32_t n,
                                          std::uint32_t capacity) {
    const std::uint32_t at = head + n;
    return at < capacity ? at : at - capacity;
  }

  /// Takes the oldest packet; nullptr when there is none.
  PMILL_INLINE static Buffer next(State &state, std::uint32_t capacity) {
    if (state.length.value == 0) return nullptr;
    const Buffer b = state.ring[state.head];
    state.head = place(state.head, 1, capacity);
    --state.length.value;
    return b;
  }
};

}  // namespace pmill::elements
