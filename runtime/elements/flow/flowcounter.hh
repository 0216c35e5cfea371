// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <flow/flowipmanagerimp.hh>
#include <pmill/element.hh>
#include <pmill/flow/counts.hh>
#include <vector>

namespace pmill::elements {

/// Counts flows, and the packets and bytes of each.
///
/// A FlowIPManagerIMP in front tells flows apart. How long flows are, in packets, `average`,
/// `median` and `dump` tell, of those that have ended and of those that have not. Packets without a
/// flow pass and are counted apart.
/// @needs flows
/// @workers A flow whose packets come to two workers counts as two.
/// @group flow
/// @example CheckIPHeader -> FlowIPManagerIMP -> FlowCounter -> Discard;
struct FlowCounter {
  static constexpr Spec spec{.processing = "h/h",
                             .reads = meta::flow,
                             .expects = meta::flow,
                             .passes = true,
                             .workers = "flow"};

  struct Args {
    ElementRef<FlowIPManagerIMP> manager = {};  ///< Whose flows these are; without it, the one in
                                                ///< front. @before @sized
  };

  struct State {
    Count count;    ///< @read Flows so far.
    Count open;     ///< @read Flows that live.
    Count packets;  ///< @read Packets of flows.
    Count bytes;    ///< @read Bytes of these packets.
    Count no_flow;  ///< @read Packets without a flow.

    flow::Counts flows;
  };

  struct Handlers {
    Read average;  ///< Packets of a flow, on average.
    Read median;   ///< Packets of the flow in the middle.
    Read dump;     ///< Lines `PACKETS FLOWS`: how many flows have so many packets.
  };

  /// What each worker has.
  struct Shared {
    explicit Shared(const auto &) {}
    mutable std::vector<const flow::Counts *> workers;
  };

  static void initialize(auto &self) {
    self.state.flows.count_into(self.state.open);
    self.args.manager.state(self.worker).flows.attach(self.state.flows);
    self.shared.workers.push_back(&self.state.flows);
  }

  static void prepare(const auto &self, const auto &packet) {
    self.state.flows.prefetch(packet.flow());
  }
  static bool is_far(const auto &self) { return flow::are_far(self.state.open.value); }

  static void push(auto &self, auto &packet) {
    State &state = self.state;
    if (const flow::Id id = packet.flow(); id != 0) [[likely]] {
      if (!state.flows.add(id, packet.length())) [[unlikely]] {
        ++state.count;
        ++state.open;
      }
      ++state.packets;
      state.bytes += packet.length();
    } else {
      ++state.no_flow;
    }
    emit<0>(self, packet);
  }

  static double read_average(auto &self, std::string_view) {
    return self.worker.index == 0 ? lengths(self).average() : 0;
  }
  static std::uint64_t read_median(auto &self, std::string_view) {
    return self.worker.index == 0 ? lengths(self).median() : 0;
  }
  static std::string read_dump(auto &self, std::string_view) { return lengths(self).text(); }

 private:
  /// Of all workers, which stand still.
  PMILL_COLD static flow::Lengths lengths(auto &self) {
    flow::Lengths all;
    for (const flow::Counts *worker : self.shared.workers) worker->collect(all);
    return all;
  }
};

}  // namespace pmill::elements
