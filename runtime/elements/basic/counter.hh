// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <pmill/element.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Counts packets and bytes.
///
/// COUNT_CALL and BYTE_COUNT_CALL act once, with the packet that reaches the number, before that
/// packet goes on; what all workers counted is added up for them.
/// @group basic
/// @example FromDPDKDevice(0) -> c :: Counter(COUNT_CALL "1000 stop") -> Discard;
struct Counter {
  static constexpr Spec spec{
      .ports = "1/1", .processing = "a/a", .passes = true, .through = true, .workers = "any"};

  struct Args {
    CallAt count_call = {};       ///< `N CALL`: what to call at packet N. @lowering handler_call_at
    CallAt byte_count_call = {};  ///< `N CALL`: what to call at byte N. @lowering handler_call_at
    bool no_rate = false;         ///< Keep no rates; no rate is kept between reads anyway.
    bool batch_precise = false;   ///< Compare with COUNT_CALL at every packet; always so here.
    bool atomic = false;          ///< Count exactly with several workers; always so here.
  };

  struct State {
    Count count;       ///< @read Packets that passed.
    Count byte_count;  ///< @read Bytes of these packets.

    std::int64_t since = 0;  // when it began to count
  };

  struct Handlers {
    Read rate;             ///< Packets a second since the start, or since the last reset.
    Read byte_rate;        ///< Bytes a second since then.
    Read bit_rate;         ///< Bits a second since then.
    Read count_call;       ///< What is called at which packet.
    Read byte_count_call;  ///< What is called at which byte.
    Write reset;           ///< Counts from 0 again.
    Write reset_counts;    ///< Counts from 0 again.
  };

  static void initialize(auto &self) {
    if (!self.args.no_rate) self.state.since = self.worker.clock.now();
  }

  /// What all workers counted, kept only for a call: they write to one place for it.
  struct Shared {
    mutable std::atomic<std::uint64_t> packets{0};
    mutable std::atomic<std::uint64_t> bytes{0};

    explicit Shared(const auto &) {}
  };

  static void push(auto &self, auto &packet) {
    auto &state = self.state;
    ++state.count;
    state.byte_count += packet.length();
    if (self.args.count_call.at != 0)
      call_at(self, self.args.count_call, self.shared.packets, std::uint64_t{1});
    if (self.args.byte_count_call.at != 0)
      call_at(self, self.args.byte_count_call, self.shared.bytes, packet.length());
    emit<0>(self, packet);
  }

  static bool write_reset(auto &self, std::string_view, std::string &) {
    State &state = self.state;
    state.count = state.byte_count = {};
    initialize(self);
    self.shared.packets.store(0, std::memory_order_relaxed);
    self.shared.bytes.store(0, std::memory_order_relaxed);
    return true;
  }
  static bool write_reset_counts(auto &self, std::string_view text, std::string &error) {
    return write_reset(self, text, error);
  }
  static std::string read_count_call(auto &self, std::string_view) {
    return as_text(self.args.count_call);
  }
  static std::string read_byte_count_call(auto &self, std::string_view) {
    return as_text(self.args.byte_count_call);
  }
  static double read_rate(auto &self, std::string_view) { return rate(self, self.state.count); }
  static double read_byte_rate(auto &self, std::string_view) {
    return rate(self, self.state.byte_count);
  }
  static double read_bit_rate(auto &self, std::string_view) {
    return 8 * rate(self, self.state.byte_count);
  }

 private:
  /// Adds to a sum, and calls when this made it reach the number: one packet alone does.
  PMILL_INLINE static void call_at(auto &self, const CallAt &call, std::atomic<std::uint64_t> &sum,
                                   std::uint64_t more) {
    const std::uint64_t before = added(sum, more);
    if (before < call.at && call.at - before <= more) [[unlikely]]
      self.worker.call(self.name, call.call);
  }

  // A call: per-packet code may change what workers share only here (runtime/contracts.txt).
  [[gnu::noinline]] static std::uint64_t added(std::atomic<std::uint64_t> &sum,
                                               std::uint64_t more) {
    return sum.fetch_add(more, std::memory_order_relaxed);
  }

  static std::string as_text(const CallAt &call) {
    return call.at == 0 ? std::string() : join({call.at, " ", call.call});
  }

  /// What was counted a second since the counter was reset.
  static double rate(auto &self, const Count &count) {
    const std::int64_t ns = self.worker.clock.now() - self.state.since;
    return ns <= 0 ? 0 : static_cast<double>(count.value) * 1e9 / static_cast<double>(ns);
  }
};

}  // namespace pmill::elements
