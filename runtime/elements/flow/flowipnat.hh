// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <flow/flowipmanagerimp.hh>
#include <pmill/element.hh>
#include <pmill/flow/nat.hh>
#include <pmill/out_of_line.hh>
#include <vector>

namespace pmill::elements {

/// Translates the sources of packets on their way outside: many hosts share a few addresses.
///
/// Each flow of a FlowIPManagerIMP in front gets an address of SIP, which may be a prefix, all of
/// whose addresses are used, and a port of it. A FlowIPNATReverse translates what comes back. TCP,
/// UDP and ICMP queries are translated, and ICMP errors about what came back, with what they quote;
/// checksums are patched, and a UDP packet without one has none. A host mostly has the same
/// address. A port serves a flow for each remote end, so there can be many times 64512 for an
/// address; those to one end share its ports.
///
/// A mapping lives as long as its flow, to which what comes back counts, too. A TCP connection that
/// both ends have closed, or one broke off, ends after TIME_WAIT.
///
/// Packets that cannot be translated leave on output 1 when that is connected and are dropped
/// otherwise: fragments (put an IPReassembler in front), other protocols, errors about nothing that
/// is known, and new flows when there is no port.
///
/// Every worker has a part of the ports. Outgoing packets of a flow must come to the same worker,
/// as any spreading by flows has it; what comes back may come to any.
/// @workers Outgoing packets of a flow belong to one worker; what comes back may come to any.
/// @needs flows
/// @group flow
/// @example CheckIPHeader -> FlowIPManagerIMP(TIMEOUT 300) -> FlowIPNAT(192.0.2.1) -> Discard;
struct FlowIPNAT {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "h/h",
                             .reads = meta::network | meta::flow,
                             .expects = meta::network | meta::flow,
                             .cold = outputs(1),
                             .workers = "flow"};

  struct Args {
    IPPrefix sip;               ///< The addresses outside. @bare
    bool accept_nonsyn = true;  ///< Whether TCP packets without SYN may begin a flow.
    bool state = true;          ///< Whether to follow TCP connections. In FastClick it is false.
    std::uint16_t min_port = 1024;       ///< The first port outside. @range 1 65535
    std::uint16_t max_port = 65535;      ///< The last one. @range 1 65535
    Duration time_wait{10'000'000'000};  ///< How long a mapping lives when its connection has
                                         ///< closed.
    ElementRef<FlowIPManagerIMP> manager = {};  ///< Whose flows these are; without it, the one in
                                                ///< front. @before @sized
  };

  struct State {
    Count count;        ///< @read Flows that have a place outside.
    Count opened;       ///< @read Flows that got one so far.
    Count closed;       ///< @read TCP connections that closed.
    Count packets;      ///< @read Packets translated.
    Count no_port;      ///< @drop(1) No port is free for the packet's remote end.
    Count no_flow;      ///< @drop(1) The packet has no flow, or that has ended.
    Count non_syn;      ///< @drop(1) TCP without SYN, and without ACCEPT_NONSYN, of no known flow.
    Count fragments;    ///< @drop(1) A fragment: ports are not in all of them.
    Count unsupported;  ///< @drop(1) Another protocol, or an ICMP error about nothing known.
    Count malformed;    ///< @drop(1) No marked IPv4 header, or it or what is behind is not whole.

    flow::Nat nat;
  };

  /// What each worker has, for what comes back.
  struct Shared {
    explicit Shared(const auto &) {}
    mutable std::vector<flow::Nat *> workers;
  };

  static void initialize(auto &self) {
    const auto &args = self.args;
    flow::Flows &flows = args.manager.state(self.worker).flows;
    flow::Nat &nat = self.state.nat;
    self.shared.workers.push_back(&nat);
    nat.configure(
        {args.sip, args.min_port, args.max_port},
        {self.worker.index, self.worker.count, self.shared.workers, flows, self.state.count},
        flow::make_secret(self.worker));
    flows.attach(nat);
  }

  static void prepare(const auto &self, const auto &packet) {
    self.state.nat.prefetch(packet.flow());
  }

  static bool is_far(const auto &self) { return flow::are_far(self.state.count.value); }

  static void push(auto &self, auto &packet) {
    flow::Key key;
    net::IPv4 *ip = net::ipv4(packet);
    const flow::Id id = packet.flow();
    if (ip == nullptr || id == 0 || !flow::read_apparent_key(*ip, net::bytes_from(packet, ip), key))
        [[unlikely]]
      return unusual<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    if (Count *const why = translate(self, *ip, net::IPv4::kBytes, id, key)) [[unlikely]]
      return reject<1>(self, packet, *why);
    emit<0>(self, packet);
  }

  static void flush(auto &self) {
    flow::Nat &nat = self.state.nat;
    if (self.args.state && nat.is_unsettled()) [[unlikely]]
      self.state.closed += nat.settle(self.args.time_wait.ns);
  }

 private:
  /// Whether a mapping, which no other worker uses, is that of a packet with this key.
  PMILL_INLINE static bool is_known(auto &self, const flow::Mapping &mapping,
                                    const flow::Key &key) {
    // The flow has just been found by the same key.
    if constexpr (kFollows<decltype(self)>) return mapping.is_own();
    return mapping.is_own() && mapping.is_of(key);
  }
  /// Translates a packet that looks like one of TCP or UDP, or returns where to count why not.
  PMILL_INLINE static Count *translate(auto &self, net::IPv4 &ip, std::uint32_t header_bytes,
                                       flow::Id id, const flow::Key &key) {
    flow::Nat &nat = self.state.nat;
    if (!is_known(self, nat.mapping(id), key)) [[unlikely]]
      return translate_any<OutOfLine<decltype(self)>>(rarely(self), ip, header_bytes, id, key);
    translate_known(self, ip, header_bytes, id);
    return nullptr;
  }
  /// The same where other workers use the mappings, too, or where the flow has none yet.
  template <typename S>
  [[gnu::noinline]] static Count *translate_any(S self, net::IPv4 &ip, std::uint32_t header_bytes,
                                                flow::Id id, flow::Key key) {
    State &state = self.state;
    if (!flow::is_usual_protocol(ip.protocol)) return &state.unsupported;
    const Guard guard = state.nat.lock();
    if (!state.nat.mapping(id).is_of(key)) {
      const bool is_tcp = ip.protocol == net::kTcp;
      const bool may_begin =
          !is_tcp || self.args.accept_nonsyn || (tcp_flags(ip, header_bytes) & net::Tcp::kSyn) != 0;
      if (Count *const why = begin(state, id, key, may_begin)) return why;
    }
    translate_known(self, ip, header_bytes, id);
    return nullptr;
  }
  PMILL_INLINE static void translate_known(auto &self, net::IPv4 &ip, std::uint32_t header_bytes,
                                           flow::Id id) {
    State &state = self.state;
    const flow::Mapping &mapping = state.nat.mapping(id);
    std::uint8_t *const transport = reinterpret_cast<std::uint8_t *>(&ip) + header_bytes;
    ++state.packets;
    if (ip.protocol != net::kTcp) return flow::translate_out(mapping, ip, transport, false);
    if (self.args.state) {
      const std::uint8_t flags = tcp_flags(ip, header_bytes);
      if (flow::matters(flags)) [[unlikely]]
        state.nat.follow(id, flags, true);
    }
    flow::translate_out(mapping, ip, transport, true);
  }
  PMILL_INLINE static std::uint8_t tcp_flags(net::IPv4 &ip, std::uint32_t header_bytes) {
    return reinterpret_cast<net::Tcp *>(reinterpret_cast<std::uint8_t *>(&ip) + header_bytes)
        ->flags;
  }

  /// Finds a place outside for a flow that has none. A mapping of another flow under the number
  /// means that the packet was kept until its own had ended.
  static Count *begin(State &state, flow::Id id, flow::Key key, bool may_begin) {
    if (state.nat.mapping(id).is_live()) return &state.no_flow;
    if (!may_begin) return &state.non_syn;
    if (!state.nat.open(id, key)) return &state.no_port;
    ++state.opened;
    return nullptr;
  }

  /// What is not TCP or UDP, or has options.
  template <typename S, typename P>
  PMILL_COLD static void unusual(S self, P packet) {
    net::IPv4 *ip = net::ipv4(packet);
    Count *why = &self.state.malformed;
    if (ip != nullptr)
      why = translate_unusual(self, *ip, net::bytes_from(packet, ip), packet.flow());
    if (why != nullptr) return reject<1>(self, packet, *why);
    emit_rarely<0>(self, packet);
  }

  static Count *translate_unusual(auto &self, net::IPv4 &ip, std::uint32_t available, flow::Id id) {
    State &state = self.state;
    flow::Key key;
    switch (flow::read_key(ip, available, key)) {
      case flow::Reading::none:
        return &state.malformed;
      case flow::Reading::fragment:
        return &state.fragments;
      case flow::Reading::no_ports:
        return &state.unsupported;
      case flow::Reading::quoted:
        return translate_error(state, ip, available, id, key);
      case flow::Reading::ports:
        break;
    }
    if (id == 0) return &state.no_flow;
    if (ip.protocol == net::kIcmp) return translate_query(state, ip, id, key);
    if (!flow::transport_is_whole(ip.protocol, available - ip.header_bytes()))
      return &state.malformed;
    return translate(self, ip, ip.header_bytes(), id, key);
  }

  static Count *translate_query(State &state, net::IPv4 &ip, flow::Id id, const flow::Key &key) {
    const Guard guard = state.nat.lock();
    // An answer inside is to a question from outside, which had nobody to go to.
    if (key.destination_port() != 0) return &state.unsupported;
    if (!state.nat.mapping(id).is_of(key))
      if (Count *const why = begin(state, id, key, true)) return why;
    flow::translate_query_out(state.nat.mapping(id), ip);
    ++state.packets;
    return nullptr;
  }

  static Count *translate_error(State &state, net::IPv4 &ip, std::uint32_t available, flow::Id id,
                                const flow::Key &key) {
    const Guard guard = state.nat.lock();
    const flow::Mapping &mapping = state.nat.mapping(id);
    if (!mapping.is_live() || !mapping.is_of(key)) return &state.unsupported;
    flow::translate_error_out(mapping, ip, available);
    ++state.packets;
    return nullptr;
  }
};

}  // namespace pmill::elements
