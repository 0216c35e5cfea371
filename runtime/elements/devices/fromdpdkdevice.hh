// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/port.hh>
#include <pmill/receive.hh>

namespace pmill::elements {

/// Receives packets from a DPDK port.
///
/// The port is a number, a PCI address, the name of a virtual device, or, with xdp: in front, of an
/// interface of the kernel, which is then used through AF_XDP sockets. Every worker polls queues
/// of its own where the device has enough. Options that the device does not support are errors at
/// start-up. A frame that arrives in several segments is put together in its first buffer; one
/// that is too long for that is dropped (JUMBO or MTU make the buffers long enough). The MAC
/// header is marked and the packet type is "host".
/// @group devices
/// @example FromDPDKDevice(0) -> Discard;
/// @example FromDPDKDevice(net_tap0, BURST 64) -> Discard;
/// @example FromDPDKDevice(xdp:eth0) -> Discard;
/// @example FromDPDKDevice(0000:01:00.0, N_QUEUES 4, RSS_AGGREGATE true) -> Discard;
/// @alias FromDPDKDeviceXCHG
struct FromDPDKDevice {
  static constexpr Spec spec{.ports = "0/1",
                             .processing = "h/h",
                             .writes = meta::mac,
                             .source = true,
                             .everywhere = true,
                             .workers = "any",
                             .through = true};

  enum class Mode { unset, none, rss, vmdq, vmdq_rss, vmdq_dcb, vmdq_dcb_rss, flow };
  enum class Pause { unset, none, rx, tx, full };
  enum class Sharing { parallel, share };
  enum class Power { none, monitor, pause, scale };

  struct Args {
    String port;                     ///< Number, PCI address, device name, or xdp:INTERFACE.
                                     ///< @lowering device
    std::int32_t queue = -1;         ///< First queue; -1: the next free ones. @positional
    bool promisc = true;             ///< Receive frames for anybody. @positional
    bool vlan_filter = false;        ///< Filter VLANs in the device. @positional
    bool vlan_strip = false;         ///< Remove VLAN tags in the device. @positional
    bool vlan_extend = false;        ///< Handle two VLAN tags in the device. @positional
    bool lro = false;                ///< Join TCP segments in the device. @positional
    bool jumbo = false;              ///< Receive frames of an MTU of 9216 bytes. @positional
    std::int32_t n_queues = -1;      ///< Number of queues; -1: one a worker. @range -1 1024
    std::int32_t maxthreads = -1;    ///< Most workers that poll; -1: all. @range -1 1024
    std::int32_t threadoffset = -1;  ///< First worker that polls; -1: the one with least to do.
    std::uint32_t burst = 32;        ///< Packets taken at once. @range 1 256
    std::uint32_t ndesc = 0;        ///< Receive descriptors; 0: as the driver likes. @range 0 65535
    EtherAddress mac{};             ///< Address the device shall have; zero: its own.
    std::uint32_t mtu = 0;          ///< MTU the device shall have; 0: its own. @range 0 65535
    Mode mode = Mode::unset;        ///< How packets are spread over the queues.
    std::uint32_t minqueues = 1;    ///< Fewest queues to use. @range 1 1024
    std::uint32_t maxqueues = 128;  ///< Most queues to use. @range 1 1024
    std::uint32_t max_rss = 0;      ///< Spread over so many queues only; 0: all.
    std::uint32_t reta_size = 0;    ///< Entries of the redirection table; 0: all. @range 0 2048
    bool timestamp = false;         ///< Set timestamps from the device's clock. @sets timestamp
    bool rss_aggregate = false;     ///< Set AGGREGATE to the device's flow hash. @sets aggregate
    bool paint_queue = false;       ///< Set PAINT to the queue's number. @sets paint
    bool clear = false;             ///< Drop what waited in the device before the start.
    Pause pause = Pause::unset;     ///< Ethernet flow control.
    bool ipco = false;              ///< Check IP checksums in the device.
    bool tco = false;               ///< Check TCP checksums in the device.
    bool uco = false;               ///< Check UDP checksums in the device.
    std::int32_t rx_intr = -1;      ///< Sleep after so many empty polls; -1: never.
    Power power_mgmt = Power::none;     ///< What the core does while its queue is empty.
    bool numa = true;                   ///< Take buffers from memory next to the device.
    std::int32_t numa_node = -1;        ///< Take buffers from this NUMA node; -1: the device's.
    Sharing scale = Sharing::parallel;  ///< share: workers without a queue share others'.
    std::uint32_t vf_pools = 0;         ///< VMDq pools, with a vmdq MODE. @range 0 64
    List<std::uint16_t> vf_vlan{};      ///< VLANs dealt to the VMDq pools in turn.
    bool flow_isolate = false;          ///< Receive only what flow rules send here.
    Filename flow_rules_file = "";      ///< Flow rules, in testpmd's syntax.
    bool active = true;                 ///< Whether the element receives.
    bool allow_nonexistent = false;     ///< Do nothing when there is no such port.
    std::int32_t verbose = 0;           ///< More than 0: say how the port is set up.
  };

  struct State {
    Count count;       ///< @read Packets received.
    Count segmented;   ///< @drop Frames of several segments that do not fit into one buffer.
    Count cleared;     ///< @drop Packets that had waited in the device (CLEAR).
    Count hw_count;    ///< @read Packets the device received.
    Count hw_bytes;    ///< @read Bytes the device received.
    Count hw_dropped;  ///< @read Packets the device missed because nobody took them in time.
    Count hw_errors;   ///< @read Packets the device received with errors.
    Count nombufs;     ///< @read Packets the driver lost because no buffer was free.

    PolledQueues queues;
    unsigned empty = 0;
    bool uncleared = false;
  };

  static void configure(const auto &args, Setup &setup) {
    if (!args.active) return;
    if (args.minqueues > args.maxqueues) setup.fail("MINQUEUES is more than MAXQUEUES");
    if (args.n_queues == 0 || args.maxthreads == 0)
      setup.fail("a port needs a queue and a worker", "leave N_QUEUES and MAXTHREADS out");
    RxRequest r;
    r.queue = args.queue, r.n_queues = args.n_queues;
    r.max_threads = args.maxthreads, r.thread_offset = args.threadoffset;
    r.min_queues = args.minqueues, r.max_queues = args.maxqueues;
    r.burst = args.burst, r.ndesc = args.ndesc;
    r.promisc = args.promisc;
    r.vlan_filter = args.vlan_filter, r.vlan_strip = args.vlan_strip;
    r.vlan_extend = args.vlan_extend;
    r.lro = args.lro, r.jumbo = args.jumbo, r.mtu = args.mtu, r.mac = args.mac;
    r.mode = static_cast<RxMode>(args.mode), r.pause = static_cast<PauseMode>(args.pause);
    r.max_rss = args.max_rss, r.reta_size = args.reta_size;
    r.timestamp = args.timestamp, r.rss_aggregate = args.rss_aggregate;
    r.ipco = args.ipco, r.tco = args.tco, r.uco = args.uco;
    r.rx_intr = args.rx_intr, r.power = static_cast<PowerManagement>(args.power_mgmt);
    r.numa = args.numa, r.numa_node = args.numa_node, r.scale = static_cast<Scale>(args.scale);
    r.vf_pools = args.vf_pools, r.vf_vlan = args.vf_vlan;
    r.flow_isolate = args.flow_isolate, r.flow_rules_file = args.flow_rules_file;
    r.allow_nonexistent = args.allow_nonexistent, r.verbose = args.verbose;
    setup.receive(args.port, r);
  }

  static void initialize(auto &self) {
    self.state.queues.begin(receive_queues(self.worker, self.name));
    self.state.uncleared = self.args.clear;
  }

  static unsigned poll(auto &self) {
    State &state = self.state;
    if (self.args.clear && state.uncleared) [[unlikely]] {
      state.uncleared = false;
      state.cleared += drop_waiting(self.worker, state.queues.all());
    }
    const unsigned n = receive(
        self, self.args.burst, [](Buffer) { return true; },
        [&](auto &packet, const Received &told) __attribute__((always_inline)) {
          if (self.args.timestamp)
            packet.set_timestamp(told.timestamp(*state.queues.current().clock));
          if (self.args.rss_aggregate) packet.set(meta::aggregate, told.flow_hash());
          if (self.args.paint_queue)
            packet.set(meta::paint, static_cast<std::uint8_t>(state.queues.current().queue));
          emit<0>(self, packet);
        });
    if (n == 0) {
      if (self.args.rx_intr >= 0) sleep(state, self.args.rx_intr);
      return 0;
    }
    if (self.args.rx_intr >= 0) state.empty = 0;
    state.count += n;
    return n;
  }

  /// A device never ends; a worker that has no queue of it has nothing to expect.
  static bool exhausted(auto &self) { return self.state.queues.empty(); }

  static void recount(auto &self) {
    const PortCounts c = receive_counts(self.name);
    self.state.hw_count.value = c.rx_packets;
    self.state.hw_bytes.value = c.rx_bytes;
    self.state.hw_dropped.value = c.rx_missed;
    self.state.hw_errors.value = c.rx_errors;
    self.state.nombufs.value = c.rx_no_buffer;
  }

 private:
  // It takes a part of `self`, not `self`: a reference to it, handed out of line, would keep it in
  // memory.
  PMILL_COLD static void sleep(State &state, std::int32_t after) {
    if (!state.queues.empty() && ++state.empty > static_cast<unsigned>(after))
      wait_for_packets(state.queues.current());
  }
};

}  // namespace pmill::elements
