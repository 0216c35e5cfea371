// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <pmill/element.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Sets the timestamp of packets, to the time of their arrival here or to TIMESTAMP.
/// @group basic
/// @example FromDPDKDevice(0) -> SetTimestamp -> ToDump(seen.pcap);
struct SetTimestamp {
  static constexpr Spec spec{.ports = "1/1",
                             .processing = "a/a",
                             .writes = meta::timestamp,
                             .passes = true,
                             .through = true,
                             .workers = "any"};

  struct Args {
    Timestamp timestamp{-1};  ///< The time; negative: when the packet comes here. @positional
    bool first = false;       ///< Set the first-timestamp annotation instead, and leave the
                              ///< timestamp alone. @sets first_timestamp
    bool per_batch = false;   ///< Read the clock once for all packets of a round of the worker.
  };

  struct State {
    std::int64_t now = 0;  // PER_BATCH: the time of this round; 0: not read yet
  };

  static void push(auto &self, auto &packet) {
    // Reading the clock is not free, so not for what nobody reads. A simulated clock must be asked
    // the same questions whatever is read.
    using S = SelfOf<decltype(self)>;
    const bool is_simulated = self.worker.clock.simulated();
    if (self.args.first) {
      if (is_read<S>(meta::first_timestamp) || is_simulated)
        packet.set(meta::first_timestamp, time(self));
    } else {
      if (is_read<S>(meta::timestamp) || is_simulated)
        packet.set_timestamp(timestamp_annotation(time(self)));
    }
    emit<0>(self, packet);
  }

  static void flush(auto &self) {
    if (self.args.per_batch) self.state.now = 0;
  }

  /// Whether an element of the program reads any of a field's bytes.
  template <typename S>
  static consteval bool is_read(FieldSet field) {
    return (S::Packet::Layout::live.bits & field.bits) != 0;
  }

  PMILL_INLINE static std::int64_t time(auto &self) {
    if (self.args.timestamp.ns >= 0) return self.args.timestamp.ns;
    if (!self.args.per_batch) return self.worker.clock.now();
    if (self.state.now == 0) self.state.now = self.worker.clock.now();
    return self.state.now;
  }
};

}  // namespace pmill::elements
