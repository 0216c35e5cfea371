// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Counts packets and bytes.
///
/// COUNT_CALL and BYTE_COUNT_CALL act once, with the packet that reaches the number, before that
/// packet goes on.
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
    bool count_called = false;
    bool byte_count_called = false;
  };

  static void push(auto &self, auto &packet) {
    auto &state = self.state;
    ++state.count;
    state.byte_count += packet.length();
    stop_once(self, self.args.count_call, state.count, state.count_called);
    stop_once(self, self.args.byte_count_call, state.byte_count, state.byte_count_called);
    emit<0>(self, packet);
  }

  PMILL_INLINE static void stop_once(auto &self, std::uint64_t at, const Count &n, bool &done) {
    if (at == 0 || n.value < at || done) [[likely]]
      return;
    done = true;
    self.worker.stop();
  }
};

}  // namespace pmill::elements
