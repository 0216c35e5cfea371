// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/frames.hh>
#include <pmill/net/link.hh>

namespace pmill::elements {

/// Makes a virtual Ethernet interface and emits what this machine's kernel sends on it.
///
/// The interface exists as long as the program, which needs root's rights; DPDK's net_tap makes
/// it. With DST, the kernel gets that address on it and a route to that network through it. The
/// kernel asks for Ethernet addresses by ARP, so something behind FromHost must answer. When
/// output 1 is connected, frames without an IPv4 header leave there; the header of the others is
/// marked. Frames to the kernel go to ToHost.
/// @needs kernel
/// @group devices
/// @example FromHost(fake0, 192.0.2.1/24) -> Print -> Discard;
/// @example h :: FromHost(fake0, 192.0.2.1/24) -> Print -> Discard; h[1] -> ARPResponder(0/0 02:00:00:00:00:01) -> ToHost(fake0);
struct FromHost {
  static constexpr Spec spec{.ports = "0/1-2",
                             .processing = "h/h",
                             .writes = meta::timestamp | meta::mac | meta::network,
                             .cold = outputs(1),
                             .source = true,
                             .everywhere = true,
                             .workers = "any",
                             .yields = true};

  struct Args {
    String devname;        ///< The name that the interface shall have. @readable @called dev_name
    IPPrefix dst{};        ///< The kernel's address on it, and the network. @positional
    IPAddress gateway{};   ///< A host of the network, for a default route through it.
    EtherAddress ether{};  ///< The kernel's Ethernet address on it; zero: any.
    std::uint32_t headroom = 28;  ///< Least bytes in front of a packet. @range 0 4096
    std::uint32_t mtu =
        1500;  ///< The interface's MTU, as far as net_tap carries it. @range 68 1504
    std::uint32_t burst = 32;  ///< Packets taken at once. @range 1 256
  };

  struct State {
    Count count;      ///< @read Packets received.
    Count segmented;  ///< @drop Frames of several segments that do not fit into one buffer.
    Count too_long;   ///< @drop Frames that are too long for a buffer.

    PolledQueues queues;
    FrameIntake intake;
  };

  struct Handlers {
    Read signal;  ///< Whether frames are taken: not while all queues behind are full.
  };

  static void configure(const auto &args, Setup &setup) {
    if (args.devname.empty()) setup.fail("DEVNAME is empty", "name the interface, such as fake0");
    RxRequest r;
    r.burst = args.burst, r.promisc = false, r.mtu = args.mtu;
    const TapRequest tap{.receives = true,
                         .address = args.dst,
                         .gateway = args.gateway,
                         .mac = args.ether,
                         .headroom = args.headroom};
    setup.receive(setup.make_tap(args.devname, tap), r);
  }

  static void initialize(auto &self) {
    self.state.queues.begin(receive_queues(self.worker, self.name));
    self.state.intake.begin(self.args.headroom);
  }

  static unsigned poll(auto &self) {
    if (blocked(self)) return 0;  // what comes waits in the kernel
    const std::int64_t now = self.worker.clock.now();
    const unsigned n = receive_frames(self, [&](auto &packet) __attribute__((always_inline)) {
      packet.set_timestamp(now);
      std::uint8_t *ip = net::find_ipv4(packet.data(), packet.length(), net::kLinkEthernet);
      if (ip == nullptr && connected(self, 1)) [[unlikely]]
        return emit<1>(self, packet);
      packet.set_network(ip);
      emit<0>(self, packet);
    });
    self.state.count += n;
    return n;
  }

  static std::string read_signal(auto &self, std::string_view) {
    return blocked(self) ? "false" : "true";
  }

  /// The kernel never ends; a worker that has no queue of it has nothing to expect.
  static bool exhausted(auto &self) { return self.state.queues.empty(); }
};

}  // namespace pmill::elements
