// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/frames.hh>

namespace pmill::elements {

/// Gives Ethernet frames to this machine's kernel, as received on a virtual interface.
///
/// The interface is that of the FromHost with the same DEVNAME. Without one the program makes it,
/// and the kernel can only receive there what needs no address. What the kernel does not take, a
/// frame for an interface that was set down, is dropped.
/// @needs kernel
/// @group devices
/// @example h :: FromHost(fake0, 192.0.2.1/24) -> Discard; FromDevice(eth0) -> ToHost(fake0);
struct ToHost {
  static constexpr Spec spec{
      .ports = "1/0", .processing = "h/h", .shares = "target", .workers = "any"};

  struct Args {
    String devname;  ///< The name of the interface. @readable @called dev_name
  };

  struct State {
    Count count;  ///< @read Packets that the kernel took.
    Count drops;  ///< @drop The kernel did not take them.
    Count unfit;  ///< @drop No Ethernet header, or longer than the MTU allows.

    TransmitBuffer buffer;
    FrameRoom room;
  };

  static void configure(const auto &args, Setup &setup) {
    if (args.devname.empty()) setup.fail("DEVNAME is empty", "name the interface, such as fake0");
    TxRequest r;
    r.iqueue = 0;
    setup.transmit(setup.make_tap(args.devname, {}), r);
  }

  static void initialize(auto &self) {
    self.state.buffer.begin(transmit_queue(self.worker, self.name), false, 0);
    self.state.room.longest = interface_longest_frame(self.args.devname);
  }

  static void push(auto &self, auto &packet) { send_frame(self, packet); }
  static void flush(auto &self) { send_frames(self); }
};

}  // namespace pmill::elements
