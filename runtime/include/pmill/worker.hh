// SPDX-License-Identifier: BSD-3-Clause
// What one worker (one lcore) has, whatever the configuration: buffers, a clock, and the packets
// that ended here. The generated Worker derives from it and adds the state of the elements.
#pragma once

#include <atomic>
#include <pmill/buffer.hh>
#include <pmill/clock.hh>
#include <pmill/random.hh>
#include <pmill/spec.hh>
#include <string_view>

namespace pmill {

/// What makes workers look up from their packets: bits of g_attention, read once an iteration.
namespace attention {
inline constexpr unsigned kStop = 1;   // the program ends
inline constexpr unsigned kPause = 2;  // stand still until it is cleared
inline constexpr unsigned kWish = 4;   // somebody wishes the program to end; a script decides
}  // namespace attention
inline std::atomic<unsigned> g_attention{0};

/// Asks the whole program to end, or the script that decides about it.
void wish_to_stop();

/// What happened in a round of a worker's loop.
struct Round {
  unsigned packets = 0;  // made or received
  unsigned moved = 0;    // these, and those that somebody pulled
};

class Worker {
 public:
  /// Number of this worker, from 0, and of all of them.
  unsigned index = 0;
  unsigned count = 1;
  BufferPool pool = nullptr;
  Clock clock;
  /// Crossings of back edges on the way of the current packet.
  unsigned depth = 0;
  /// Place of the current packet among those for which the first step of a lookup was done at once.
  std::size_t place = 0;

  /// Lets packets go on that wait for their burst; nullptr where none ever waits.
  void (*settle)(Worker &) = nullptr;

  /// Packets that sources made because somebody pulled.
  std::uint64_t pulled = 0;
  /// Packets that were pulled in this round and did not arrive: dropped, or pushed elsewhere.
  unsigned diverted = 0;

  Count no_buffer;  ///< Packets not made because the pool was empty.
  Count loops;      ///< Packets that went around a cycle too often.

  /// Ends the ownership of a buffer; it is freed with others at the end of the burst.
  PMILL_INLINE void release(Buffer b) {
    released_[released_count_++] = b;
    if (released_count_ == kReleaseBatch) [[unlikely]]
      free_released();
  }

  /// The same where it is rarely done: a call.
  [[gnu::cold]] void discard(Buffer b);

  /// Takes a buffer for `length` bytes of any content after `headroom`; nullptr, counted, when
  /// there is none or it would be too small.
  Buffer allocate(std::uint32_t headroom, std::uint32_t length);
  /// The same, filled with a copy of `length` bytes at `from`.
  Buffer copy(std::uint32_t headroom, const std::uint8_t *from, std::uint32_t length);

  /// Frees what was released since the last call.
  [[gnu::cold]] void free_released();
  PMILL_INLINE void end_burst() {
    if (released_count_ != 0) free_released();
  }

  /// Writes to a handler, `ELEMENT.HANDLER VALUE`, for `element`: at once where this worker does
  /// the main lcore's work, soon where it does not.
  void call(std::string_view element, std::string_view text);
  /// Asks the whole program to stop after this iteration.
  void stop() { wish_to_stop(); }
  /// Whether the program ends.
  static bool stopping() { return g_attention.load(std::memory_order_relaxed) & attention::kStop; }
  /// Whether this iteration should end soon: for what might go on for long in one.
  static bool interrupted() { return g_attention.load(std::memory_order_relaxed) != 0; }

 private:
  static constexpr unsigned kReleaseBatch = 64;
  unsigned released_count_ = 0;
  Buffer released_[kReleaseBatch];

 public:
  /// For what is left to chance; here, behind what every packet uses.
  Random random;
};

/// Whether the worker's turns between bursts are those of the main lcore's work, too.
bool does_control(const Worker &worker);

/// How often a packet may go around cycles of the graph before it is dropped.
inline constexpr unsigned kMaxLoops = 16;

}  // namespace pmill
