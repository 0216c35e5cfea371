// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <ethernet/arptable.hh>
#include <pmill/element.hh>
#include <pmill/net/arp.hh>
#include <pmill/net/arp_table.hh>
#include <pmill/out_of_line.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Puts an Ethernet header in front of IP packets, to the address that ARP finds out.
///
/// Input 0 takes IP packets whose destination annotation is the next hop, input 1 ARP responses. A
/// packet to a known address leaves on output 0 at once, one to a broadcast or multicast address
/// too. Another waits while an ARP query is sent, on output 1 when that is connected and on output
/// 0 when not; the response releases all that wait for it, in order. While packets come, an address
/// is asked for ten times a second at most.
///
/// A known address that is used is asked for again, at itself, when nothing was heard of it for
/// POLL_TIMEOUT, and forgotten when nothing was heard for TIMEOUT. With TABLE, the table's
/// CAPACITY, TIMEOUT and so on hold, not those given here. Packets that waited go out by the worker
/// that received the answer; others may overtake them then.
/// @needs arp
/// @group ethernet
/// @example arp :: ARPQuerier(10.0.0.1/24, 02:00:00:00:00:01) -> ToDPDKDevice(0);
struct ARPQuerier {
  static constexpr Spec spec{.ports = "2/1-2",
                             .processing = "h",
                             .flow = "xy/x",
                             .reads = meta::dst_ip,
                             .expects = meta::dst_ip,
                             .writes = meta::mac,
                             .cold = outputs(1),
                             .resizes = true,
                             .keeps = true,
                             .workers = "any"};

  struct Args {
    IPPrefix ip;  ///< The own address, with the network's length if its broadcast address is to be
                  ///< known. @bare @writable @called ipaddr
    EtherAddress eth;                         ///< The own Ethernet address. @namedby ip
    ElementRef<ARPTable> table = {};          ///< The ARPTable to use; without it, one of its own.
    std::uint32_t capacity = 2048;            ///< Packets that may wait; 0: any number.
    std::uint32_t entry_capacity = 0;         ///< Addresses the table holds; 0: 65536, the most.
    std::uint32_t entry_packet_capacity = 0;  ///< Packets that may wait for one address; 0: any
                                              ///< number.
    std::uint32_t capacity_slim_factor = 2;  ///< When there are more than CAPACITY packets, all but
                                             ///< this part of them is dropped. @range 1 4294967295
    Duration timeout{300'000'000'000};       ///< Time after which an address that was not heard of
                                             ///< is forgotten; 0: never.
    IPAddress broadcast = {};                ///< The address of everybody; without it, that of the
                                             ///< network of IP. @writable
    Duration poll_timeout{60'000'000'000};   ///< Time after which an address that is used and was
                                             ///< not heard of is asked for again; 0: never.
    bool broadcast_poll = false;             ///< Ask everybody, not the address itself, again.
    bool cache = false;                      ///< Accepted: every worker has a cache.
  };

  struct State {
    Count queries;     ///< @read ARP queries sent.
    Count responses;   ///< @read ARP responses received.
    Count drops;       ///< @drop There is nobody to ask for: the annotation, or IP, is 0.0.0.0.
    Count unanswered;  ///< @drop The packet waited in vain: nobody answered, or others needed the
                       ///< room.
    Count malformed;   ///< @drop What came to input 1 is no ARP response of a host.
    Count no_room;     ///< @drop The buffer is too small for the header.
    Count count;       ///< @read Addresses in the table.
    Count length;      ///< @read Packets that wait for an answer.

    net::ArpCache cache;
    Glances glances;
  };

  struct Handlers {
    Read table;    ///< The oldest first, a line each: the address, whether it is known, and more.
    Read stats;    ///< Packets that were dropped, and queries.
    Write insert;  ///< `IP ETHER`: notes an address.
    Write remove;  ///< `IP`: forgets an address. @called delete
    Write clear;   ///< Forgets all addresses.
  };

  /// The table without TABLE.
  struct Shared {
    explicit Shared(const auto &args) {
      if (!args.table) table.start(ARPTable::limits(args));
    }
    mutable net::ArpTable table;  // under its own lock
  };

  static void configure(const auto &args, auto &setup) {
    if (!args.table) setup.keep(ARPTable::kept(args));
  }

  static void push(auto &self, auto &packet, Input<0>) {
    if (!self.args.ip.address) return drop(self, packet, self.state.drops);
    std::uint64_t to = 0;
    if (!self.state.cache.find(IPAddress(packet.get(meta::dst_ip)), to)) [[unlikely]]
      return resolve<OutOfLine<decltype(self)>>(rarely(self), kept(self, packet));
    if (!encapsulate(self, packet, to)) [[unlikely]]
      return drop(self, packet, self.state.no_room);
    emit<0>(self, packet);
  }

  static void push(auto &self, auto &packet, Input<1>) {
    learn<OutOfLine<decltype(self)>>(rarely(self), packet.buffer(), packet.data(), packet.length());
  }

  static void flush(auto &self) {
    if (self.state.glances.due()) [[unlikely]]
      look<OutOfLine<decltype(self)>>(rarely(self));
  }
  static std::int64_t due(auto &self) { return self.args.table ? kNever : self.shared.table.due(); }
  static void finish(auto &self) {
    if (self.worker.index == 0 && !self.args.table) self.shared.table.finish(self.worker);
  }
  static void recount(auto &self) {
    if (!self.args.table) return;  // its own counts here
    self.state.count.value = table(self).entries();
    self.state.length.value = table(self).packets();
  }

  static std::string read_table(auto &self, std::string_view) {
    return table(self).text(self.worker.clock.peek());
  }
  static std::string read_stats(auto &self, std::string_view) {
    const State &state = self.state;
    const std::uint64_t killed = state.drops.value + counts(self).drops.value;
    return join({killed, " packets killed\n", state.queries.value, " ARP queries sent\n"});
  }
  // All workers have one table: the first is enough.
  static bool write_insert(auto &self, std::string_view text, std::string &error) {
    return self.worker.index != 0 ||
           net::insert_neighbour(table(self), text, self.worker, counts(self), error);
  }
  static bool write_remove(auto &self, std::string_view text, std::string &error) {
    return self.worker.index != 0 ||
           net::delete_neighbour(table(self), text, self.worker, counts(self), error);
  }
  static bool write_clear(auto &self, std::string_view, std::string &) {
    if (self.worker.index == 0) table(self).clear(self.worker, counts(self));
    return true;
  }

 private:
  static net::ArpTable &table(auto &self) {
    return self.args.table ? self.args.table.state(self.worker).table : self.shared.table;
  }
  /// Where the table counts, while it holds its lock.
  static net::ArpCounts counts(auto &self) {
    if (self.args.table) return ARPTable::counts(self.args.table.state(self.worker));
    return {self.state.count, self.state.length, self.state.unanswered};
  }

  /// The packet with the metadata it may need when it has waited. Another querier that shares the
  /// table may let it go on, to elements that this one does not know.
  PMILL_INLINE static auto kept(auto &self, const auto &packet) {
    using Self = SelfOf<decltype(self)>;
    if constexpr (Self::frozen) {
      if constexpr (!Self::Args::table) return lean(self, packet);
    }
    return SelfOf<decltype(packet)>(packet);
  }

  PMILL_INLINE static bool encapsulate(auto &self, auto &packet, std::uint64_t to) {
    if (!packet.push(sizeof(net::Ether))) [[unlikely]]
      return false;
    net::write_header(packet.data(), to, self.args.eth, net::kEtherTypeIP);
    packet.set_mac(packet.data());
    return true;
  }

  /// Sends a packet on whose next hop this worker does not remember, or lets it wait.
  template <typename S, typename P>
  PMILL_COLD static void resolve(S self, const P packet) {
    const IPAddress next(packet.get(meta::dst_ip));
    const std::int64_t now = self.worker.clock.now();
    net::ArpWait waits = net::ArpWait::resolved;
    while (waits == net::ArpWait::resolved) {
      if (const net::ArpAnswer answer = ask_table(self, next, now); answer.known) {
        if (answer.poll)
          query(self, packet, self.args.broadcast_poll ? net::kEtherBroadcast : answer.ether);
        return send(self, packet, answer.ether);
      }
      if (!next) {
        ++self.state.drops;
        return self.worker.discard(packet.buffer());
      }
      waits = table(self).wait(next, park(self, packet), now, self.worker, counts(self));
      self.state.cache.check(table(self).generation(), now);
    }
    if (waits == net::ArpWait::ask) query(self, packet, net::kEtherBroadcast);
  }

  /// Returns where to send, and remembers it. With a simulated clock nothing is remembered: it
  /// leaps, and what was right before need not be right any more.
  static net::ArpAnswer ask_table(auto &self, IPAddress next, std::int64_t now) {
    const auto &args = self.args;
    net::ArpTable &t = table(self);
    const std::uint32_t generation = t.generation();
    net::ArpAnswer answer = t.look_up(next, now, net::arp_duration(args.poll_timeout.ns));
    if (!answer.known) answer = for_many(args, next);
    if (answer.known && !self.worker.clock.simulated()) {
      self.state.cache.check(generation, now);
      self.state.cache.put(next, answer, now);
    }
    return answer;
  }

  /// Addresses that nobody need be asked for.
  static net::ArpAnswer for_many(const auto &args, IPAddress next) {
    net::ArpAnswer answer{.known = true, .until = kNever};
    if (next.is_broadcast() || next == everybody(args))
      answer.ether = net::kEtherBroadcast;
    else if (next.is_multicast())
      answer.ether = net::multicast_ether(next);
    else
      answer.known = false;
    return answer;
  }
  /// The network's broadcast address; that of all networks, when IP is no network.
  static IPAddress everybody(const auto &args) {
    if (args.broadcast) return args.broadcast;
    const IPAddress derived = args.ip.broadcast();
    return derived == args.ip.address ? IPAddress(255, 255, 255, 255) : derived;
  }

  static void send(auto &self, auto packet, const EtherAddress &to) {
    if (encapsulate(self, packet, net::word_of(to))) return emit_rarely<0>(self, packet);
    ++self.state.no_room;
    self.worker.discard(packet.buffer());
  }

  /// Asks `to` for the packet's next hop. The packet itself may be gone: this is its metadata.
  static void query(auto &self, const auto &packet, const EtherAddress &to) {
    const auto &args = self.args;
    create(self, RTE_PKTMBUF_HEADROOM - sizeof(net::Ether), sizeof(net::ArpFrame), [&](auto &q) {
      net::write_arp_query(q.data(), to, args.eth, args.ip.address,
                           IPAddress(packet.get(meta::dst_ip)));
      q.set_mac(q.data());
      q.template inherit<SelfOf<decltype(self)>::live>(packet, meta::vlan_tci);
      ++self.state.queries;
      if (connected(self, 1))
        emit_rarely<1>(self, q);
      else
        emit_rarely<0>(self, q);
    });
  }

  /// Takes a response in, and sends on what waited for it.
  template <typename S>
  PMILL_COLD static void learn(S self, Buffer b, const std::uint8_t *data, std::uint32_t length) {
    const auto &frame = *reinterpret_cast<const net::ArpFrame *>(data);
    if (length < sizeof frame || !net::is_arp_reply(frame)) {
      ++self.state.malformed;
      return self.worker.discard(b);
    }
    ++self.state.responses;
    const EtherAddress ether = frame.arp.sender_ether;
    const std::int64_t now = self.worker.clock.now();
    net::ArpTable &t = table(self);
    Buffer waiting = t.learn(IPAddress(frame.arp.sender_ip), ether, now, self.worker, counts(self));
    self.state.cache.check(t.generation(), now);
    self.worker.discard(b);
    while (waiting != nullptr) {
      const Buffer next = buffer::unlink(waiting);
      resume(self, waiting, [&](auto &packet) { send(self, packet, ether); });
      waiting = next;
    }
  }

  /// Forgets what may be wrong by now.
  template <typename S>
  PMILL_COLD static void look(S self) {
    Clock &clock = self.worker.clock;
    const std::int64_t now = clock.peek();
    net::ArpTable &t = table(self);
    if (!self.args.table) t.expire(now, self.worker, counts(self));
    self.state.cache.check(t.generation(), now);
    self.state.glances.looked(clock);
  }
};

}  // namespace pmill::elements
