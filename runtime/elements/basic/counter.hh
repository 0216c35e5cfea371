// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <pmill/element.hh>

namespace pmill::elements {

/// Counts packets and bytes.
///
/// COUNT_CALL and BYTE_COUNT_CALL act once, with the packet that reaches the number, before that
/// packet goes on; what all workers counted is added up for them.
/// @group basic
/// @example FromDPDKDevice(0) -> c :: Counter(COUNT_CALL "1000 stop") -> Discard;
struct Counter {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a"};

  struct Args {
    std::uint64_t count_call = 0;       ///< `N stop`: stop after N packets. @lowering stop_after
    std::uint64_t byte_count_call = 0;  ///< `N stop`: stop after N bytes. @lowering stop_after
    bool no_rate = false;               ///< Keep no rates; no rate is kept between reads anyway.
    bool batch_precise = false;  ///< Compare with COUNT_CALL at every packet; always so here.
    bool atomic = false;         ///< Count exactly with several workers; always so here.
  };

  struct State {
    Count count;       ///< @read Packets that passed.
    Count byte_count;  ///< @read Bytes of these packets.
  };

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
    if (self.args.count_call != 0)
      stop_at(self, self.args.count_call, self.shared.packets, std::uint64_t{1});
    if (self.args.byte_count_call != 0)
      stop_at(self, self.args.byte_count_call, self.shared.bytes, packet.length());
    emit<0>(self, packet);
  }

  /// Adds to a sum, and stops when this made it reach `at`: one packet alone does.
  PMILL_INLINE static void stop_at(auto &self, std::uint64_t at, std::atomic<std::uint64_t> &sum,
                                   std::uint64_t more) {
    const std::uint64_t before = sum.fetch_add(more, std::memory_order_relaxed);
    if (before < at && at - before <= more) [[unlikely]]
      self.worker.stop();
  }
};

}  // namespace pmill::elements
