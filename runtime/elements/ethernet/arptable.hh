// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/arp_table.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Holds the Ethernet addresses that ARPQueriers learn, and the packets that wait for them.
///
/// Several ARPQueriers of one network share a table that their TABLE names: what one has learned
/// all know, and an answer that one receives releases the packets of all, through that one. An
/// ARPQuerier without TABLE has a table of its own. All workers use the same table.
/// @needs arp
/// @group ethernet
/// @example neighbours :: ARPTable(TIMEOUT 60s); ARPQuerier(10.0.0.1/24, 02:00:00:00:00:01, TABLE neighbours);
struct ARPTable {
  static constexpr Spec spec{.ports = "0/0", .shared = true};

  struct Args {
    std::uint32_t capacity = 2048;            ///< Packets that may wait; 0: any number.
    std::uint32_t entry_capacity = 0;         ///< Addresses the table holds; 0: 65536, the most.
    std::uint32_t entry_packet_capacity = 0;  ///< Packets that may wait for one address; 0: any
                                              ///< number.
    std::uint32_t capacity_slim_factor = 2;  ///< When there are more than CAPACITY packets, all but
                                             ///< this part of them is dropped. @range 1 4294967295
    Duration timeout{300'000'000'000};       ///< Time after which an address that was not heard of
                                             ///< is forgotten; 0: never.
  };

  struct State {
    Count drops;   ///< @drop The packet waited in vain: nobody answered, or others needed the room.
    Count count;   ///< @read Addresses in the table.
    Count length;  ///< @read Packets that wait for an answer.

    net::ArpTable table;
    Glances glances;
  };

  struct Handlers {
    Read table;    ///< The oldest first, a line each: the address, whether it is known, and more.
    Write insert;  ///< `IP ETHER`: notes an address.
    Write remove;  ///< `IP`: forgets an address. @called delete
    Write clear;   ///< Forgets all addresses.
  };

  static void configure(const auto &args, auto &setup) { setup.keep(kept(args)); }
  static void initialize(auto &self) { self.state.table.start(limits(self.args)); }
  static void flush(auto &self) {
    if (self.worker.index == 0 && self.state.glances.due()) [[unlikely]]
      look<OutOfLine<decltype(self)>>(rarely(self));
  }
  static std::int64_t due(auto &self) { return self.state.table.due(); }
  static void finish(auto &self) { self.state.table.finish(self.worker); }

  static std::string read_table(auto &self, std::string_view) {
    return self.state.table.text(self.worker.clock.peek());
  }
  static bool write_insert(auto &self, std::string_view text, std::string &error) {
    State &state = self.state;
    return net::insert_neighbour(state.table, text, self.worker, counts(state), error);
  }
  static bool write_remove(auto &self, std::string_view text, std::string &error) {
    State &state = self.state;
    return net::delete_neighbour(state.table, text, self.worker, counts(state), error);
  }
  static bool write_clear(auto &self, std::string_view, std::string &) {
    self.state.table.clear(self.worker, counts(self.state));
    return true;
  }

  // --- for ARPQueriers ---

  static net::ArpLimits limits(const auto &args) {
    return {.packets = args.capacity,
            .entries = args.entry_capacity,
            .entry_packets = args.entry_packet_capacity,
            .slim_factor = args.capacity_slim_factor,
            .timeout = args.timeout.ns};
  }
  /// Packets for which there should be buffers.
  static std::uint32_t kept(const auto &args) {
    constexpr std::uint32_t kMany = 2048;
    return args.capacity == 0 ? kMany : args.capacity;
  }
  static net::ArpCounts counts(auto &state) { return {state.count, state.length, state.drops}; }

 private:
  /// Drops what is too old. It counts for nothing even before: now and then is enough.
  template <typename S>
  PMILL_COLD static void look(S self) {
    State &state = self.state;
    state.table.expire(self.worker.clock.peek(), self.worker, counts(state));
    state.glances.looked(self.worker.clock);
  }
};

}  // namespace pmill::elements
