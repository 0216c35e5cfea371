// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/source.hh>
#include <pmill/text.hh>
#include <pmill/token_bucket.hh>

namespace pmill::elements {

/// Makes packets with the same data at a rate.
///
/// RATE counts packets, BANDWIDTH bytes. What could not be made in time is made up for, but not
/// more than a hundredth of a second of it (two packets at the least).
/// @workers LIMIT and the rate would hold for each worker apart.
/// @group basic
/// @example RatedSource(LENGTH 60, RATE 1000, LIMIT 5000, STOP true) -> Discard;
/// @example RatedSource(BANDWIDTH 10Mbps, LENGTH 1000) -> Discard;
struct RatedSource {
  static constexpr Spec spec{.ports = "0/1",
                             .processing = "a",
                             .writes = meta::timestamp,
                             .source = true,
                             .workers = "one"};

  struct Args {
    String data =
        "Random bullshit in a packet, "
        "at least 64 bytes long. Well, now it is.";  ///< What packets contain. @positional
    std::uint32_t rate = 10;                         ///< Packets a second. @positional @writable
    std::int64_t limit =
        -1;              ///< Number of packets to make; negative: no limit. @positional @writable
    bool active = true;  ///< Whether to make packets at all. @positional @writable
    std::int32_t length = -1;      ///< Bytes in a packet, for which DATA is cut or repeated; -1: as
                                   ///< many as DATA has. @alias DATASIZE @range -1 65407
    Bandwidth bandwidth{};         ///< Bytes a second, in place of RATE.
    bool stop = false;             ///< Stop the program when LIMIT packets were made.
    String end_call = "";          ///< What to call at LIMIT. @lowering handler_call
    std::uint32_t headroom = 128;  ///< Bytes of room in front of the data. @range 0 65407
  };

  struct State {
    Count count;  ///< @read Packets made.
    bool done = false;
    TokenBucket bucket;
  };

  struct Handlers {
    ReadWrite data;    ///< What packets contain. @keeps data
    ReadWrite length;  ///< Bytes in a packet. @keeps length
    Write reset;       ///< Starts again, with no packet made.
  };

  static void configure(const auto &args, auto &setup) { source::configure(args, setup); }

  static void initialize(auto &self) {
    const std::uint64_t unit = cost(self.args);
    const std::uint64_t rate =
        by_bytes(self.args) ? self.args.bandwidth.bytes_per_second : std::uint64_t{self.args.rate};
    const std::uint64_t packets = rate / unit;
    const std::uint64_t most = packets < 200 ? 2 : packets / 100;
    const std::uint64_t first = rate == 0 ? 0 : unit;
    self.state.bucket.start(rate, most * unit, first, self.worker.clock.now());
  }

  static unsigned poll(auto &self) {
    unsigned made = 0;
    const auto give = [&](auto &packet) __attribute__((always_inline)) { emit<0>(self, packet); };
    while (made < kMost && pull(self, give)) ++made;
    return made;
  }

  static bool pull(auto &self, auto &&use) {
    State &state = self.state;
    if (state.done || !self.args.active) return false;
    const bool made = source::left(self) &&
                      state.bucket.has(cost(self.args), self.worker.clock.now()) &&
                      source::make(self, true, use);
    if (made) state.bucket.take(cost(self.args));
    state.done = source::finish_at_limit(self);
    return made;
  }

  static std::int64_t due(auto &self) {
    return exhausted(self) ? kNever : self.state.bucket.due(cost(self.args));
  }

  static bool exhausted(auto &self) { return !self.args.active || self.state.done; }

  static void reconfigured(auto &self) {
    self.state.done = false;
    initialize(self);
  }

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

 private:
  static constexpr unsigned kMost = 32;  // in a round

  PMILL_INLINE static bool by_bytes(const auto &args) {
    return args.bandwidth.bytes_per_second != 0;
  }
  /// What a packet takes from the bucket.
  PMILL_INLINE static std::uint64_t cost(const auto &args) {
    return by_bytes(args) ? std::max<std::uint64_t>(1, source::packet_length(args)) : 1;
  }
};

}  // namespace pmill::elements
