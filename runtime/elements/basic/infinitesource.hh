// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/source.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Makes packets with the same data, as fast as they are taken.
/// @workers LIMIT would hold for each worker apart.
/// @group basic
/// @example InfiniteSource(LENGTH 60, LIMIT 1000000, BURST 32, STOP true) -> c :: Counter -> Discard;
struct InfiniteSource {
  static constexpr Spec spec{.ports = "0/1",
                             .processing = "a",
                             .writes = meta::timestamp,
                             .source = true,
                             .yields = true,
                             .workers = "one"};

  struct Args {
    String data =
        "Random bullshit in a packet, "
        "at least 64 bytes long. Well, now it is.";  ///< What packets contain. @positional
    std::int64_t limit =
        -1;  ///< Number of packets to make; negative: no limit. @positional @writable
    std::uint32_t burst =
        1;               ///< Packets to make at a time. @positional @range 1 4294967295 @writable
    bool active = true;  ///< Whether to make packets at all. @positional @writable
    std::int32_t length = -1;      ///< Bytes in a packet, for which DATA is cut or repeated; -1: as
                                   ///< many as DATA has. @alias DATASIZE @range -1 65407
    bool timestamp = true;         ///< Set timestamps to the current time.
    bool stop = false;             ///< Stop the program when LIMIT packets were made.
    String end_call = "";          ///< What to call at LIMIT. @lowering handler_call
    std::uint32_t headroom = 128;  ///< Bytes of room in front of the data. @range 0 65407
  };

  struct State {
    Count count;  ///< @read Packets made.
    bool done = false;
  };

  struct Handlers {
    ReadWrite data;    ///< What packets contain. @keeps data
    ReadWrite length;  ///< Bytes in a packet. @keeps length
    Write reset;       ///< Starts again, with no packet made.
  };

  static void configure(const auto &args, auto &setup) { source::configure(args, setup); }

  static unsigned poll(auto &self) {
    auto &state = self.state;
    if (state.done || !self.args.active || blocked(self)) return 0;
    unsigned made = 0;
    const auto give = [&](auto &packet) __attribute__((always_inline)) { emit<0>(self, packet); };
    while (made < self.args.burst && source::left(self)) {
      if (!source::make(self, self.args.timestamp, give)) break;
      ++made;
    }
    state.done = source::finish_at_limit(self);
    return made;
  }

  static bool pull(auto &self, auto &&use) {
    if (self.state.done || !self.args.active) return false;
    const bool made = source::left(self) && source::make(self, self.args.timestamp, use);
    self.state.done = source::finish_at_limit(self);
    return made;
  }

  static bool exhausted(auto &self) { return !self.args.active || self.state.done; }

  static void reconfigured(auto &self) { self.state.done = false; }

  static std::string read_data(auto &self, std::string_view) { return std::string(self.args.data); }
  static bool write_data(auto &self, std::string_view text, std::string &error) {
    return source::write(self, text, self.args.length, error);
  }

  static std::string read_length(auto &self, std::string_view) { return join({self.args.length}); }
  static bool write_length(auto &self, std::string_view text, std::string &error) {
    std::int32_t length = 0;
    return read_value(length, text, error) && source::write(self, self.args.data, length, error);
  }

  static bool write_reset(auto &self, std::string_view, std::string &) {
    self.state.count = {};
    reconfigured(self);
    return true;
  }
};

}  // namespace pmill::elements
