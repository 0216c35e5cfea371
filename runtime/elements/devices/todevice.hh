// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/frames.hh>

namespace pmill::elements {

/// Pulls frames and sends them on a network interface of the kernel.
///
/// They leave through the interface's queueing discipline, as the kernel's own. One worker pulls,
/// so that packets leave in the order in which they were pulled; while the interface takes no
/// more, none are pulled. What is no Ethernet frame, or longer than the MTU allows, is dropped.
/// @needs kernel
/// @group devices
/// @example FromDevice(eth0) -> Queue -> ToDevice(eth1);
struct ToDevice {
  static constexpr Spec spec{
      .ports = "1/0", .processing = "l/h", .shares = "target", .workers = "any"};

  enum class Method { pcap, linux };

  struct Args {
    String devname;                 ///< The interface, such as `eth0`.
    Method method = Method::linux;  ///< Accepted: both mean a packet socket.
    std::uint32_t burst = 32;       ///< Packets to pull at a time. @range 1 256 @default click 1
    bool debug = false;             ///< Say how the port is set up. @readable
  };

  struct State {
    Count count;      ///< @read Packets handed to the interface.
    Count pulls;      ///< @read Packets pulled.
    Count unfit;      ///< @drop No Ethernet header, or longer than the MTU allows.
    Count drops;      ///< @drop The program ended before the interface took them.
    Count hw_errors;  ///< @read Packets that the interface did not send.

    TransmitBuffer buffer;
    FrameRoom room;
  };

  struct Handlers {
    Read q;       ///< Whether packets wait because the interface took no more.
    Read signal;  ///< Whether it pulls: it does not while packets wait.
  };

  static void configure(const auto &args, Setup &setup) {
    TxRequest r;
    r.iqueue = TransmitBuffer::kRoom;
    r.verbose = args.debug;
    setup.transmit(setup.use_interface(args.devname, {}), r);
  }

  static void initialize(auto &self) {
    self.state.buffer.begin(transmit_queue(self.worker, self.name), false, TransmitBuffer::kRoom);
    self.state.room.longest = interface_longest_frame(self.args.devname);
  }

  static unsigned run(auto &self) {
    // What the interface refused waits, and what is behind it where it is.
    send_frames(self);
    if (!self.state.buffer.empty()) return 0;
    unsigned n = 0;
    while (n < self.args.burst && take<0>(
                                      self, [&](auto &packet) __attribute__((
                                                always_inline)) { send_frame(self, packet); }))
      ++n;
    self.state.pulls += n;
    return n;
  }

  static std::string read_q(auto &self, std::string_view) {
    return self.state.buffer.empty() ? "false" : "true";
  }
  static std::string read_signal(auto &self, std::string_view) {
    return self.state.buffer.empty() ? "active" : "inactive";
  }

  static void flush(auto &self) { send_frames(self); }

  static void recount(auto &self) {
    self.state.hw_errors.value = transmit_counts(self.name).tx_errors;
  }
};

}  // namespace pmill::elements
