// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <rte_cycles.h>
#include <rte_pause.h>

#include <algorithm>
#include <bit>
#include <pmill/apart.hh>
#include <pmill/element.hh>
#include <pmill/guard.hh>
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
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "h/lh",
                             .cold = outputs(1),
                             .shared = true,
                             .keeps = true,
                             .fills = true,
                             .passes = true};

  struct Args {
    std::uint32_t capacity = 1000;  ///< Packets the queue holds. @positional @range 0 4194304
    bool blocking = false;          ///< Wait for room instead of refusing packets.
    bool nouseless = false;         ///< Accepted, as FastClick does, and without effect.
  };

  struct State {
    Count length;  ///< @read Packets in the queue.
    ApartArray<Buffer> ring;

    // Of those who push. They keep what they last saw of the other side, and those who pull do so,
    // too: so the two do not take each other's cache line for every packet.
    alignas(kApart) rte_spinlock_t pushing = RTE_SPINLOCK_INITIALIZER;
    std::uint32_t tail = 0;  // packets that were ever stored
    std::uint32_t head_seen = 0;
    Count drops;             ///< @drop(1) The queue was full.
    Count highwater_length;  ///< @read The most packets that were in the queue.

    // Of those who pull.
    alignas(kApart) rte_spinlock_t pulling = RTE_SPINLOCK_INITIALIZER;
    std::uint32_t head = 0;  // packets that were ever taken out
    std::uint32_t tail_seen = 0;
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

  static void initialize(auto &self) { self.state.ring = make_ring(self.args.capacity); }

  /// `length` is a count only when somebody asks.
  static void recount(auto &self) { self.state.length.value = length(self.state); }

  static void push(auto &self, auto &packet) {
    State &state = self.state;
    const std::uint32_t capacity = self.args.capacity;
    do {
      const Guard guard(state.pushing, self.worker.count > 1);
      if (has_room(state, capacity)) [[likely]] {
        state.ring[place(state.tail, capacity)] = park(self, packet);
        set(state.tail, state.tail + 1);
        return;
      }
    } while (self.args.blocking && await_room(self.worker, state, capacity));
    count_refused(state, self.worker.count > 1);
    emit<1>(self, packet);
  }

  /// One without any room is not full: nobody would ever make a packet for it.
  static bool full(const auto &args, const State &state) {
    return args.capacity != 0 && length(state) >= args.capacity;
  }

  static bool pull(auto &self, auto &&use) {
    State &state = self.state;
    // Whoever waits for packets must not hold up another who pulls them: an empty queue is noticed
    // without the lock. This is what Click's notifiers are for.
    const bool several = self.worker.count > 1;
    if (several && seen(state.tail_seen) == seen(state.head) && length(state) == 0) return false;
    Buffer b = nullptr;
    {
      const Guard guard(state.pulling, several);
      b = next(state, self.args.capacity);
      if (self.args.blocking) {
        set(state.puller, self.worker.index);
        set(state.stuck, false);
      }
    }
    if (b == nullptr) return false;
    resume(self, b, use);
    return true;
  }

  /// What nobody pulled is freed; `length` tells how many that were.
  static void finish(auto &self) {
    State &state = self.state;
    for (std::uint32_t at = state.head; at != state.tail; ++at)
      self.worker.release(state.ring[place(at, self.args.capacity)]);
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
    auto ring = make_ring(capacity);
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
    state.head = state.head_seen = 0;
    state.tail = state.tail_seen = kept;
    self.changeable().capacity = capacity;
    return true;
  }
  static std::string read_notifier_state(auto &self, std::string_view) {
    return length(self.state) == 0 ? "0" : "1";
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
    self.state.highwater_length.value = length(self.state);
    return true;
  }

 private:
  static constexpr std::uint32_t kMostPackets = 4194304;

  /// A value that another worker may be changing, or looking at; with what it wrote before.
  template <typename T>
  PMILL_INLINE static T seen(const T &value) {
    return __atomic_load_n(&value, __ATOMIC_ACQUIRE);
  }
  template <typename T>
  PMILL_INLINE static void set(T &value, std::type_identity_t<T> to) {
    __atomic_store_n(&value, to, __ATOMIC_RELEASE);
  }

  PMILL_INLINE static void count_refused(State &state, bool several) {
    const Guard guard(state.pushing, several);
    ++state.drops;
  }

  /// Packets in the queue; while others push and pull, no fewer than there were at the beginning.
  PMILL_INLINE static std::uint32_t length(const State &state) {
    const std::uint32_t head = seen(state.head);
    return seen(state.tail) - head;
  }

  /// Whether one more packet may be stored; counts how many there then are. A look at what the
  /// others pulled is taken only where it could change anything.
  PMILL_INLINE static bool has_room(State &state, std::uint32_t capacity) {
    const auto highwater = static_cast<std::uint32_t>(state.highwater_length.value);
    const std::uint32_t sure = std::min(highwater, capacity);
    if (state.tail - state.head_seen < sure) [[likely]]
      return true;
    state.head_seen = seen(state.head);
    const std::uint32_t length = state.tail - state.head_seen;
    if (length >= capacity) return false;
    state.highwater_length.value =
        std::max(state.highwater_length.value, std::uint64_t{length} + 1);
    return true;
  }

  /// Waits until another worker has pulled; false when that is in vain.
  [[gnu::cold, gnu::noinline]] static bool await_room(const Worker &worker, State &state,
                                                      std::uint32_t capacity) {
    if (worker.count == 1 || capacity == 0) return false;
    if (seen(state.stuck) || seen(state.puller) == worker.index) return false;
    const std::uint64_t end = rte_rdtsc() + rte_get_tsc_hz();
    while (length(state) >= capacity) {
      if (Worker::interrupted()) return false;
      if (rte_rdtsc() > end) {
        set(state.stuck, true);
        return false;
      }
      rte_pause();
    }
    return true;
  }

  // The ring has a power of two of places, so that a packet's follows from its number.
  static ApartArray<Buffer> make_ring(std::uint32_t capacity) {
    return make_apart<Buffer>(std::bit_ceil(capacity));
  }
  PMILL_INLINE static std::uint32_t place(std::uint32_t number, std::uint32_t capacity) {
    return number & (std::bit_ceil(capacity) - 1);
  }

  /// Takes the oldest packet; nullptr when there is none.
  PMILL_INLINE static Buffer next(State &state, std::uint32_t capacity) {
    if (state.head == state.tail_seen) {
      set(state.tail_seen, seen(state.tail));
      if (state.head == state.tail_seen) return nullptr;
    }
    const Buffer b = state.ring[place(state.head, capacity)];
    set(state.head, state.head + 1);
    return b;
  }
};

}  // namespace pmill::elements
