// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <flow/flowipnat.hh>
#include <pmill/element.hh>
#include <pmill/flow/nat.hh>
#include <pmill/foresee.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Translates back what a FlowIPNAT has translated: the destinations of packets that come inside.
///
/// A packet of TCP, UDP or an ICMP query that comes back to a flow of NAT gets the address and the
/// port of who began it as its destination, and the destination annotation says so. An ICMP error
/// about a packet of such a flow does so, too, and quotes the packet that was sent. What belongs to
/// no flow leaves on output 1 when that is connected and is dropped otherwise, as do fragments: put
/// an IPReassembler in front.
///
/// Packets need no FlowIPManagerIMP in front, and may come to any worker.
/// @needs flows
/// @group flow
/// @example CheckIPHeader -> FlowIPManagerIMP -> nat :: FlowIPNAT(192.0.2.1) -> Discard; Idle -> CheckIPHeader -> FlowIPNATReverse(nat) -> Discard;
struct FlowIPNATReverse {
  static constexpr Spec spec{.ports = "1/1-2",
                             .processing = "h/h",
                             .reads = meta::network,
                             .expects = meta::network,
                             .writes = meta::dst_ip,
                             .cold = outputs(1)};

  struct Args {
    ElementRef<FlowIPNAT> nat;  ///< The FlowIPNAT on the way outside. @sized
  };

  struct State {
    Count packets;      ///< @read Packets translated.
    Count unknown;      ///< @drop(1) The packet belongs to no flow.
    Count fragments;    ///< @drop(1) A fragment: ports are not in all of them.
    Count unsupported;  ///< @drop(1) Another protocol, or an ICMP error about nothing known.
    Count malformed;    ///< @drop(1) No marked IPv4 header, or it or what is behind is not whole.
  };

  static void prepare(const auto &self, const auto &packet) {
    flow::Key key;
    const net::IPv4 *ip = net::ipv4(packet);
    if (ip == nullptr || !flow::read_usual_key(*ip, net::bytes_from(packet, ip), key)) return;
    const flow::Nat *nat = owner_of(self, key);
    if (nat == nullptr) return;
    const std::uint64_t hash = nat->hash(key);
    if (!nat->is_shared()) note(self, nat->spot(hash).bytes);
    nat->prefetch_returning(hash);
  }

  static Hint foresee(const auto &self, const std::uint8_t *frame) {
    return self.args.nat.state(self.worker).nat.foresee_returning(flow::guess_key(frame)).bytes;
  }
  static void foresee_more(const auto &self, Hint hint) {
    // What is shared, others may write to.
    const flow::Nat &nat = self.args.nat.state(self.worker).nat;
    if (!nat.is_shared()) nat.foresee_mapping({hint});
  }

  static bool is_far(const auto &self) {
    return flow::are_far(self.args.nat.state(self.worker).count.value);
  }

  static void push(auto &self, auto &packet) {
    flow::Key key;
    net::IPv4 *ip = net::ipv4(packet);
    if (ip == nullptr || !flow::read_usual_key(*ip, net::bytes_from(packet, ip), key)) [[unlikely]]
      return unusual<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    if (!translate(self, *ip, net::IPv4::kBytes, key)) [[unlikely]]
      return reject<1>(self, packet, self.state.unknown);
    packet.set(meta::dst_ip, ip->destination_address);
    emit<0>(self, packet);
  }

 private:
  /// Where to look for the key of the current packet first. What is shared has several tables, and
  /// hints are for the worker's own.
  PMILL_INLINE static flow::Table::Spot spot_for(auto &self, const flow::Nat &nat,
                                                 const flow::Key &key) {
    if constexpr (kHinted<decltype(self)>)
      if (!nat.is_shared()) return {hint(self)};
    return nat.spot(nat.hash(key));
  }
  /// The worker's mappings to which a returning packet may belong; nullptr for none.
  PMILL_INLINE static flow::Nat *owner_of(const auto &self, const flow::Key &key) {
    return self.args.nat.state(self.worker).nat.owner_of(key.destination_port());
  }
  /// Calls `use(mapping)` with that of a flow to which packets of this key return, which is used
  /// now; false when there is none.
  PMILL_INLINE static bool with_mapping(auto &self, const flow::Key &key, auto &&use) {
    flow::Nat *const nat = owner_of(self, key);
    if (nat == nullptr) return false;
    flow::Flows &flows = self.args.nat.state(self.worker).nat.flows();
    const Guard guard = nat->lock();
    const flow::Id id = nat->find_returning(key, spot_for(self, *nat, key));
    if (id == 0) return false;
    flow::Mapping &mapping = nat->mapping(id);
    mapping.used = flows.tick();
    [[clang::always_inline]] use(*nat, id, mapping);
    ++self.state.packets;
    return true;
  }

  PMILL_INLINE static bool translate(auto &self, net::IPv4 &ip, std::uint32_t header_bytes,
                                     const flow::Key &key) {
    std::uint8_t *const transport = reinterpret_cast<std::uint8_t *>(&ip) + header_bytes;
    const bool is_tcp = ip.protocol == net::kTcp;
    const auto flags = is_tcp ? reinterpret_cast<net::Tcp *>(transport)->flags : std::uint8_t{0};
    return with_mapping(self, key,
                        [&](flow::Nat &nat, flow::Id id, flow::Mapping &mapping)
                            __attribute__((always_inline)) {
                              if (flow::matters(flags)) [[unlikely]]
                                nat.follow(id, flags, false);
                              flow::translate_in(mapping, ip, transport, is_tcp);
                            });
  }

  /// What is not TCP or UDP, or has options.
  template <typename S, typename P>
  PMILL_COLD static void unusual(S self, P packet) {
    net::IPv4 *ip = net::ipv4(packet);
    Count *why = &self.state.malformed;
    if (ip != nullptr) why = translate_unusual(self, *ip, net::bytes_from(packet, ip));
    if (why != nullptr) return reject<1>(self, packet, *why);
    packet.set(meta::dst_ip, ip->destination_address);
    emit_rarely<0>(self, packet);
  }

  static Count *translate_unusual(auto &self, net::IPv4 &ip, std::uint32_t available) {
    State &state = self.state;
    flow::Key key;
    switch (flow::read_key(ip, available, key)) {
      case flow::Reading::none:
        return &state.malformed;
      case flow::Reading::fragment:
        return &state.fragments;
      case flow::Reading::no_ports:
        return &state.unsupported;
      case flow::Reading::quoted: {
        const bool known = with_mapping(self, key, [&](auto &, flow::Id, flow::Mapping &mapping) {
          flow::translate_error_in(mapping, ip, available);
        });
        return known ? nullptr : &state.unsupported;
      }
      case flow::Reading::ports:
        break;
    }
    if (ip.protocol == net::kIcmp) {
      const bool known = with_mapping(self, key, [&](auto &, flow::Id, flow::Mapping &mapping) {
        flow::translate_query_in(mapping, ip);
      });
      return known ? nullptr : &state.unknown;
    }
    if (!flow::transport_is_whole(ip.protocol, available - ip.header_bytes()))
      return &state.malformed;
    return translate(self, ip, ip.header_bytes(), key) ? nullptr : &state.unknown;
  }
};

}  // namespace pmill::elements
