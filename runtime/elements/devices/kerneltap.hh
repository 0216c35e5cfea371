// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/frames.hh>

namespace pmill::elements {

/// Makes a virtual Ethernet interface: emits what this machine's kernel sends on it, and gives it
/// the frames of the input.
///
/// The interface exists as long as the program, which needs root's rights; DPDK's net_tap makes
/// it. The kernel gets the address ADDR on it, and a default route with GATEWAY. Frames have
/// Ethernet headers in both directions. The kernel asks for Ethernet addresses by ARP, so
/// something behind the element must answer.
/// @needs kernel
/// @group devices
/// @example t :: KernelTap(10.0.0.1/24, DEVNAME click0) -> Print -> Discard;
/// @example FromDevice(eth0) -> t :: KernelTap(10.0.0.1/24, 10.0.0.254) -> Queue -> ToDevice(eth0);
struct KernelTap {
  static constexpr Spec spec{.ports = "0-1/0-1",
                             .processing = "a/h",
                             .flow = "x/y",
                             .writes = meta::timestamp | meta::mac,
                             .source = true,
                             .everywhere = true,
                             .workers = "any"};

  struct Args {
    IPPrefix addr;        ///< The kernel's address on the interface, and the network.
    IPAddress gateway{};  ///< A host of the network, for a default route through it. @positional
    EtherAddress ether{{0x00, 0x01, 0x02, 0x03, 0x04, 0x05}};  ///< The kernel's Ethernet address.
    std::uint32_t headroom = 28;  ///< Least bytes in front of a packet. @range 0 4096
    std::uint32_t mtu =
        1500;             ///< The interface's MTU, as far as net_tap carries it. @range 68 1504
    String devname = "";  ///< The interface's name; empty: tap0, tap1, ... as is free.
    std::uint32_t burst = 32;             ///< Packets taken at once. @range 1 256
    bool ignore_queue_overflows = false;  ///< Say only once that the kernel takes no more.
  };

  struct State {
    Count count;      ///< @read Packets received from the kernel.
    Count sent;       ///< @read Packets given to the kernel.
    Count drops;      ///< @drop The kernel did not take them.
    Count unfit;      ///< @drop No Ethernet header, or longer than the MTU allows.
    Count segmented;  ///< @drop Frames of several segments that do not fit into one buffer.
    Count too_long;   ///< @drop Frames that are too long for a buffer.

    PolledQueues queues;
    FrameIntake intake;
    TransmitBuffer buffer;
    FrameRoom room;
    OverflowMessage overflow;
  };

  static void configure(const auto &args, Setup &setup) {
    const TapRequest tap{.receives = true,
                         .address = args.addr,
                         .gateway = args.gateway,
                         .mac = args.ether,
                         .headroom = args.headroom};
    const std::string port = setup.make_tap(args.devname, tap);
    RxRequest r;
    r.burst = args.burst, r.promisc = false, r.mtu = args.mtu;
    setup.receive(port, r);
    TxRequest t;
    t.iqueue = 0;
    setup.transmit(port, t);
  }

  static void initialize(auto &self) {
    State &state = self.state;
    state.queues.begin(receive_queues(self.worker, self.name));
    state.intake.begin(self.args.headroom);
    state.buffer.begin(transmit_queue(self.worker, self.name), false, 0);
    state.room.longest = self.args.mtu + FrameRoom::kHeaderBytes;
  }

  static void push(auto &self, auto &packet) { send_frame(self, packet); }

  static unsigned poll(auto &self) {
    const std::int64_t now = self.worker.clock.now();
    const unsigned n = receive_frames(self, [&](auto &packet) __attribute__((always_inline)) {
      packet.set_timestamp(now);
      emit<0>(self, packet);
    });
    self.state.count += n;
    return n;
  }

  /// With an input that pulls: one worker pulls, so that packets stay in their order.
  static unsigned run(auto &self) {
    const unsigned received = poll(self);
    self.worker.pulled += received;
    if (self.worker.index != puller_of(self)) return received;
    unsigned n = 0;
    while (n < self.args.burst && take<0>(
                                      self, [&](auto &packet) __attribute__((
                                                always_inline)) { send_frame(self, packet); }))
      ++n;
    return received + n;
  }

  static void flush(auto &self) {
    State &state = self.state;
    send_frames(self);
    if (state.drops.value != state.overflow.told()) [[unlikely]]
      state.overflow.tell(self.name, state.drops.value, self.args.ignore_queue_overflows);
  }

  /// The kernel never ends; a worker that has no queue of it has nothing to expect.
  static bool exhausted(auto &self) { return self.state.queues.empty(); }
};

}  // namespace pmill::elements
