// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <pmill/element.hh>

namespace pmill::elements {

/// Counts packets and bytes, and tells their rates between the first packet and the last.
///
/// What comes in the first IGNORE seconds after the first packet counts for nothing. Rates are
/// those of all workers together, 0 while all packets came at one moment; TIME is the longest of a
/// worker.
/// @group basic
/// @example FromDPDKDevice(0) -> seen :: AverageCounter(IGNORE 1) -> Discard;
struct AverageCounter {
  static constexpr Spec spec{
      .ports = "1/1", .processing = "a/a", .passes = true, .through = true, .workers = "any"};

  struct Args {
    Duration ignore{0};  ///< How long after the first packet nothing is counted yet. @positional
  };

  struct State {
    Count count;       ///< @read Packets that were counted.
    Count byte_count;  ///< @read Bytes of these packets.

    std::int64_t first = kNever;  // when the first packet came
    std::int64_t last = kNever;   // and the last one
  };

  struct Handlers {
    Read rate;           ///< Packets a second.
    Read byte_rate;      ///< Bytes a second.
    Read bit_rate;       ///< Bits a second.
    Read link_rate;      ///< Bits a second on a wire: with preamble, checksum and gap, 24 bytes.
    Read time;           ///< Seconds from the end of IGNORE to the last packet.
    Write reset;         ///< Begins anew, with the next packet as the first.
    Write reset_counts;  ///< Begins anew, with the next packet as the first.
  };

  static void push(auto &self, auto &packet) {
    auto &state = self.state;
    state.last = self.worker.clock.now();
    if (state.first == kNever) [[unlikely]]
      state.first = state.last;
    if (state.last - state.first >= self.args.ignore.ns) [[likely]] {
      ++state.count;
      state.byte_count += packet.length();
    }
    emit<0>(self, packet);
  }

  static double read_rate(auto &self, std::string_view) { return rate(self, self.state.count); }
  static double read_byte_rate(auto &self, std::string_view) {
    return rate(self, self.state.byte_count);
  }
  static double read_bit_rate(auto &self, std::string_view) {
    return 8 * rate(self, self.state.byte_count);
  }
  static double read_link_rate(auto &self, std::string_view) {
    constexpr double kOverhead = 24;
    return 8 * (rate(self, self.state.byte_count) + kOverhead * rate(self, self.state.count));
  }
  static Most read_time(auto &self, std::string_view) { return {seconds(self)}; }

  static bool write_reset(auto &self, std::string_view, std::string &) {
    self.state = {};
    return true;
  }
  static bool write_reset_counts(auto &self, std::string_view text, std::string &error) {
    return write_reset(self, text, error);
  }

 private:
  static double seconds(auto &self) {
    const std::int64_t ns = self.state.last - self.state.first - self.args.ignore.ns;
    return static_cast<double>(std::max(ns, std::int64_t{0})) / 1e9;
  }
  static double rate(auto &self, const Count &count) {
    const double span = seconds(self);
    return span > 0 ? static_cast<double>(count.value) / span : 0;
  }
};

}  // namespace pmill::elements
