// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <pmill/element.hh>
#include <pmill/flow/flows.hh>
#include <pmill/foresee.hh>
#include <pmill/net/ip.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Tells packets by flows: elements behind it keep something for each.
///
/// A flow is what has the same IPv4 addresses, protocol and TCP or UDP ports, in one direction. The
/// queries of ICMP have their identifier as port; an ICMP error belongs to the flow that it is
/// about, of what the error's sender sent. Fragments, of which only the first has ports, and
/// packets of other protocols are flows of their addresses and protocol.
///
/// There is room for CAPACITY flows, shared out among the workers: each has those of the packets
/// that it receives. When all are taken, packets of new flows leave on output 1 when that is
/// connected and are dropped otherwise, as are those without a whole header; existing flows go on.
/// A flow of which no packet came for TIMEOUT ends, between two bursts, at most two
/// RECYCLE_INTERVALs later. All memory is taken at the start.
///
/// In FastClick this class sorts the packets of a batch by flow, for elements that ask for it; here
/// every packet carries the number of its flow.
/// @needs flows
/// @workers Every worker has a table for its part of CAPACITY; a flow of two workers is two flows.
/// @group flow
/// @alias FlowIPManager
/// @example CheckIPHeader -> FlowIPManagerIMP(CAPACITY 1000000, TIMEOUT 30) -> FlowCounter -> Discard;
struct FlowIPManagerIMP {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "h/h",
                             .reads = meta::network,
                             .expects = meta::network,
                             .writes = meta::flow,
                             .cold = outputs(1),
                             .passes = true,
                             .workers = "flow"};

  struct Args {
    std::uint32_t capacity = 65536;  ///< Flows of all workers together. @positional
                                     ///< @range 1 16777215 @footprint 64 @readable
    std::uint32_t reserve = 0;       ///< Accepted: elements take what they need for a flow.
    Duration timeout{0};             ///< Time after which a flow without packets ends; 0: never.
                                     ///< @readable
    Duration recycle_interval{1'000'000'000};  ///< How exactly: a tick of the clock, a millisecond
                                               ///< or more.
    bool cache = true;                         ///< Accepted: a flow is found by one cache line.
    std::int32_t verbose = 0;                  ///< Accepted.
  };

  struct State {
    Count refused;    ///< @drop(1) There was no room for the packet's flow.
    Count malformed;  ///< @drop(1) No marked IPv4 header, or it or the ports are not whole.
    Count count;      ///< @read Flows that live.
    Count begun;      ///< @read Flows so far.
    Count expired;    ///< @read Flows that ended.

    flow::Flows flows;
    Glances glances;
  };

  struct Handlers {
    Read count_fids;      ///< Flows that live.
    Read total_capacity;  ///< Flows that there is room for, of all workers.
    Read avg_load;        ///< Part of the room that is taken.
  };

  static void initialize(auto &self) {
    // Workers have as much room each.
    const std::uint32_t workers = self.worker.count;
    constexpr std::int64_t kShortest = 1'000'000;
    self.state.flows.start({.capacity = (self.args.capacity + workers - 1) / workers,
                            .timeout = std::max<std::int64_t>(self.args.timeout.ns, 0),
                            .interval = std::max(self.args.recycle_interval.ns, kShortest)},
                           self.worker.clock.peek(), flow::make_secret(self.worker));
    if (self.worker.clock.simulated()) self.state.flows.follow(self.worker.clock);
  }

  static void prepare(const auto &self, const auto &packet) {
    flow::Key key;
    const net::IPv4 *ip = net::ipv4(packet);
    if (ip == nullptr || !flow::read_apparent_key(*ip, net::bytes_from(packet, ip), key)) return;
    const flow::Flows &flows = self.state.flows;
    const std::uint64_t hash = flows.hash(key);
    note(self, flows.spot(hash).bytes);
    flows.prefetch(hash);
  }

  static Hint foresee(const auto &self, const std::uint8_t *frame) {
    return self.state.flows.foresee(flow::guess_key(frame)).bytes;
  }
  static void foresee_more(const auto &self, Hint hint) { self.state.flows.foresee_kept({hint}); }

  static bool is_far(const auto &self) { return flow::are_far(self.state.flows.live()); }

  static void push(auto &self, auto &packet) {
    flow::Key key;
    const net::IPv4 *ip = net::ipv4(packet);
    if (ip == nullptr || !flow::read_apparent_key(*ip, net::bytes_from(packet, ip), key))
        [[unlikely]]
      return unusual<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    const flow::Id id = self.state.flows.find(key, spot_for(self, key));
    // Nor is the first packet of a flow usual. Whoever is behind knows more of the others so.
    if (id == 0) [[unlikely]]
      return unusual<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    packet.set_flow(id);
    emit<0>(self, packet);
  }

  static void flush(auto &self) {
    if (self.state.glances.due()) [[unlikely]]
      look<OutOfLine<decltype(self)>>(rarely(self));
  }
  static std::int64_t due(auto &self) { return self.state.flows.due(); }

  static std::uint32_t read_count_fids(auto &self, std::string_view) {
    return self.state.flows.live();
  }
  static std::uint32_t read_total_capacity(auto &self, std::string_view) {
    return self.state.flows.capacity();
  }
  static double read_avg_load(auto &self, std::string_view) {
    const flow::Flows &flows = self.state.flows;
    return static_cast<double>(flows.live()) / (flows.capacity() * self.worker.count);
  }

 private:
  /// Where to look for the key of the current packet first.
  PMILL_INLINE static flow::Table::Spot spot_for(auto &self, const flow::Key &key) {
    if constexpr (kHinted<decltype(self)>) return {hint(self)};
    return self.state.flows.spot(self.state.flows.hash(key));
  }
  /// The flow of a key, or a new one; 0 when there is no room.
  static flow::Id find_or_begin(auto &self, const flow::Key &key) {
    flow::Flows &flows = self.state.flows;
    const std::uint64_t hash = flows.hash(key);
    if (const flow::Id id = flows.find(key, flows.spot(hash)); id != 0) return id;
    const flow::Id id = flows.add(key, hash);
    if (id != 0) ++self.state.begun, ++self.state.count;
    return id;
  }

  /// What is not TCP or UDP, or has options, is a fragment, or the first of its flow.
  template <typename S, typename P>
  PMILL_COLD static void unusual(S self, P packet) {
    flow::Key key;
    const net::IPv4 *ip = net::ipv4(packet);
    const auto reading =
        ip == nullptr ? flow::Reading::none : flow::read_key(*ip, net::bytes_from(packet, ip), key);
    if (reading == flow::Reading::none) return reject<1>(self, packet, self.state.malformed);
    flow::Id id = 0;
    if (reading == flow::Reading::quoted) {
      // An error begins no flow of what it is about, but one of its own where that is unknown.
      flow::Flows &flows = self.state.flows;
      id = flows.find(key, flows.spot(flows.hash(key)));
      key = flow::Key(ip->source_address, ip->destination_address, 0, 0, ip->protocol);
    }
    if (id == 0) id = find_or_begin(self, key);
    if (id == 0) return reject<1>(self, packet, self.state.refused);
    packet.set_flow(id);
    emit_rarely<0>(self, packet);
  }

  template <typename S>
  PMILL_COLD static void look(S self) {
    State &state = self.state;
    Clock &clock = self.worker.clock;
    state.flows.look(clock.peek(), clock.simulated());
    state.count.value = state.flows.live();
    state.expired.value = state.flows.ended();
    state.glances.looked(clock);
  }
};

}  // namespace pmill::elements
