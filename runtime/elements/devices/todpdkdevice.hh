// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bit>
#include <pmill/element.hh>
#include <pmill/out_of_line.hh>
#include <pmill/port.hh>
#include <pmill/transmit.hh>

namespace pmill::elements {

/// Sends packets to a DPDK port.
///
/// Packets are collected and sent together: BURST at a time, and what remains at the end of every
/// round of the worker, or TIMEOUT milliseconds later. When the device takes no more, BLOCKING
/// waits for it; otherwise up to IQUEUE packets wait and further ones are dropped. Options that
/// the device does not support are errors at start-up.
/// @group devices
/// @example FromDPDKDevice(0) -> ToDPDKDevice(1);
/// @example FromDPDKDevice(0) -> ToDPDKDevice(net_tap0, BLOCKING false, IQUEUE 256);
/// @example FromDPDKDevice(xdp:eth0) -> ToDPDKDevice(xdp:eth1);
/// @alias ToDPDKDeviceXCHG
struct ToDPDKDevice {
  static constexpr Spec spec{
      .ports = "1/0", .processing = "h/h", .workers = "any", .shares = "target", .through = true};

  struct Args {
    String port;                    ///< Number, PCI address, device name, or xdp:INTERFACE.
                                    ///< @lowering device
    std::int32_t queue = -1;        ///< First queue; -1: each worker's own. @positional
    std::int32_t n_queues = -1;     ///< Number of queues; -1: one a worker.
    std::uint32_t maxqueues = 128;  ///< Most queues to use. @range 1 1024
    std::uint32_t iqueue = 1024;    ///< Packets that may wait: a power of 2. @range 1 1048576
    bool blocking = true;           ///< Wait for a device that takes no more; else drop.
    std::int32_t burst = -1;  ///< Packets sent at once; -1: as many as a round makes. @range -1 256
    std::int32_t timeout = 0;  ///< Milliseconds to wait for BURST; 0: none; -1: for ever.
    std::uint32_t ndesc = 0;   ///< Transmit descriptors; 0: as the driver likes. @range 0 65535
    bool alloc = true;         ///< Accepted; every packet lies in a device buffer anyway.
    bool tso = false;          ///< Allow TCP segmentation in the device.
    bool ipco = false;         ///< Allow IP checksums to be computed in the device.
    bool tco = false;          ///< Allow TCP checksums to be computed in the device.
    bool uco = false;          ///< Allow UDP checksums to be computed in the device.
    std::int32_t verbose = 0;  ///< More than 0: say how the port is set up.
    bool active = true;        ///< false: drop everything.
    bool allow_nonexistent = false;  ///< Drop everything when there is no such port.
  };

  struct State {
    Count count;      ///< @read Packets handed to the device.
    Count dropped;    ///< @drop The device took no more, or does not exist.
    Count hw_count;   ///< @read Packets the device sent.
    Count hw_bytes;   ///< @read Bytes the device sent.
    Count hw_errors;  ///< @read Packets the device failed to send.

    TransmitBuffer buffer;
  };

  static void configure(const auto &args, Setup &setup) {
    if (!std::has_single_bit(args.iqueue)) setup.fail("IQUEUE must be a power of 2");
    if (!args.active) return;
    TxRequest r;
    r.queue = args.queue, r.n_queues = args.n_queues, r.max_queues = args.maxqueues;
    r.ndesc = args.ndesc, r.iqueue = args.blocking ? 0 : args.iqueue;
    r.tso = args.tso, r.ipco = args.ipco, r.tco = args.tco, r.uco = args.uco;
    r.allow_nonexistent = args.allow_nonexistent, r.verbose = args.verbose;
    setup.transmit(args.port, r);
  }

  static void initialize(auto &self) {
    self.state.buffer.begin(transmit_queue(self.worker, self.name), self.args.blocking,
                            self.args.iqueue, wanted_burst(self));
  }

  static void push(auto &self, auto &packet) {
    State &state = self.state;
    const Outgoing ready = packet.surrender();
    if constexpr (!kStraight<decltype(self)>)
      if (state.buffer.add(ready)) [[unlikely]]
        state.buffer.send(self.worker, state.count, state.dropped);
  }
  static void push_burst(auto &self, Outgoing *packets, unsigned n) {
    State &state = self.state;
    const unsigned burst = self.frozen ? wanted_burst(self) : state.buffer.burst();
    unsigned gone = 0;
    if (self.args.timeout == 0 && (burst == TransmitBuffer::kRoom || n <= burst)) [[likely]]
      gone = state.buffer.pass(self.worker, packets, n), state.count += gone;
    if (gone != n) [[unlikely]]
      keep<OutOfLine<decltype(self)>>(rarely(self), packets + gone, n - gone);
  }

  static void flush(auto &self) {
    State &state = self.state;
    const unsigned burst = self.frozen ? wanted_burst(self) : state.buffer.burst();
    if (state.buffer.empty(kStraight<decltype(self)>, burst)) [[likely]]
      return;
    if constexpr (kStraight<decltype(self)>)
      send_kept<OutOfLine<decltype(self)>>(rarely(self), burst);
    else
      send_rest(self, burst);
  }

  static void recount(auto &self) {
    const PortCounts counts = transmit_counts(self.name);
    self.state.hw_count.value = counts.tx_packets;
    self.state.hw_bytes.value = counts.tx_bytes;
    self.state.hw_errors.value = counts.tx_errors;
  }

 private:
  template <typename S>
  PMILL_COLD static void keep(S self, const Outgoing *packets, unsigned n) {
    self.state.buffer.keep(self.worker, self.state.count, self.state.dropped, packets, n);
  }
  template <typename S>
  PMILL_COLD static void send_kept(S self, unsigned burst) {
    send_rest(self, burst);
  }
  PMILL_INLINE static void send_rest(auto &self, unsigned burst) {
    auto &state = self.state;
    if (self.args.timeout != 0 && state.buffer.patient(self.args.timeout)) return;
    state.buffer.send_rest(self.worker, state.count, state.dropped, burst);
  }
  PMILL_INLINE static unsigned wanted_burst(auto &self) {
    return self.args.burst > 0 ? static_cast<unsigned>(self.args.burst) : TransmitBuffer::kRoom;
  }
};

}  // namespace pmill::elements
