// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/source.hh>

namespace pmill::elements {

/// Makes a packet every INTERVAL, the first one after the first interval.
///
/// A packet that comes late does not delay the others. When several are late, they come at once.
/// @workers LIMIT and the rate would hold for each worker apart.
/// @group basic
/// @example TimedSource(0.1s, LIMIT 10, STOP true) -> Discard;
struct TimedSource {
  static constexpr Spec spec{.ports = "0/1",
                             .processing = "h",
                             .writes = meta::timestamp,
                             .source = true,
                             .workers = "one"};

  struct Args {
    Duration interval{500000000};  ///< Time from one packet to the next. @positional @writable
    String data =
        "Random bullshit in a packet, "
        "at least 64 bytes long. Well, now it is.";  ///< What packets contain. @positional
    std::int64_t limit = -1;       ///< Number of packets to make; negative: no limit. @writable
    bool active = true;            ///< Whether to make packets at all. @writable
    bool stop = false;             ///< Stop the program when LIMIT packets were made.
    std::uint32_t headroom = 128;  ///< Bytes of room in front of the data. @range 0 65407
  };

  struct State {
    Count count;  ///< @read Packets made.
    bool done = false;
    std::int64_t next = 0;
  };

  struct Handlers {
    ReadWrite data;  ///< What packets contain. @keeps data
    Write reset;     ///< Starts again, with no packet made.
  };

  static void configure(const auto &args, auto &setup) {
    if (args.interval.ns <= 0) setup.fail("INTERVAL must be more than nothing");
    source::configure(args, setup);
  }

  static void initialize(auto &self) {
    self.state.next = self.worker.clock.now() + self.args.interval.ns;
    self.state.done = source::finish_at_limit(self);
  }

  static unsigned poll(auto &self) {
    State &state = self.state;
    if (exhausted(self) || self.worker.clock.now() < state.next) return 0;
    const auto give = [&](auto &packet) __attribute__((always_inline)) { emit<0>(self, packet); };
    if (!source::make(self, true, give)) return 0;
    state.next += self.args.interval.ns;
    state.done = source::finish_at_limit(self);
    return 1;
  }

  static std::int64_t due(auto &self) { return exhausted(self) ? kNever : self.state.next; }

  static bool exhausted(auto &self) { return !self.args.active || self.state.done; }

  static void reconfigured(auto &self) { initialize(self); }

  static std::string read_data(auto &self, std::string_view) { return std::string(self.args.data); }
  static bool write_data(auto &self, std::string_view text, std::string &error) {
    return source::write(self, text, -1, error);
  }

  static bool write_reset(auto &self, std::string_view, std::string &) {
    self.state.count = {};
    reconfigured(self);
    return true;
  }
};

}  // namespace pmill::elements
