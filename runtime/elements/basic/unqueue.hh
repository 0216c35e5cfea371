// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Pulls packets and pushes them on: the way from pull to push.
///
/// It pulls up to BURST packets in each round of its worker, as long as there are any, LIMIT in
/// all.
/// @workers LIMIT would hold for each worker apart.
/// @group basic
/// @example FromDPDKDevice(0) -> Queue -> Unqueue(BURST 32) -> Discard;
struct Unqueue {
  static constexpr Spec spec{.ports = "1/1", .processing = "l/h", .passes = true, .workers = "one"};

  struct Args {
    std::int32_t burst =
        1;  ///< Packets to pull at a time; negative: all there are. @positional @writable
    bool active = true;       ///< Whether to pull at all. @writable
    std::int64_t limit = -1;  ///< Packets to pull in all; negative: no limit. @writable
    bool signal = true;       ///< Click's switch for sleeping while there is nothing to pull.
  };

  struct State {
    Count count;  ///< @read Packets pulled.
  };

  struct Handlers {
    Write reset;         ///< Counts from 0 again.
    Write reset_counts;  ///< Counts from 0 again.
  };

  static unsigned run(auto &self) {
    if (!self.args.active) return 0;
    Count &count = self.state.count;
    unsigned n = 0;
    while (goes_on(self.args, n, count.value) &&
           take<0>(self, [&](auto &packet) __attribute__((always_inline)) {
             ++count;
             emit<0>(self, packet);
           }))
      ++n;
    return n;
  }

  static bool write_reset(auto &self, std::string_view, std::string &) {
    self.state.count = {};
    return true;
  }
  static bool write_reset_counts(auto &self, std::string_view text, std::string &error) {
    return write_reset(self, text, error);
  }

 private:
  /// Whether more may be pulled after `n` packets in this round and `count` in all.
  PMILL_INLINE static bool goes_on(const auto &args, unsigned n, std::uint64_t count) {
    const bool room =
        args.burst < 0 ? !Worker::interrupted() : n < static_cast<unsigned>(args.burst);
    return room && (args.limit < 0 || count < static_cast<std::uint64_t>(args.limit));
  }
};

}  // namespace pmill::elements
