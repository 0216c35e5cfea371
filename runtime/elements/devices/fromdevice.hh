// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/frames.hh>
#include <pmill/net/link.hh>
#include <pmill/net/packet_type.hh>

namespace pmill::elements {

/// Receives the frames of a network interface of the kernel.
///
/// The interface must be up, and the program may need root's rights: it receives through DPDK's
/// net_af_packet, and no NIC is taken from the kernel. The kernel goes on to handle the same
/// packets unless SNIFFER is false. The packet type is set, and the MAC header marked; a VLAN tag
/// is in the frame. A frame longer than the MTU allows, which segmentation offload makes on this
/// machine, is dropped, unless SNAPLEN says otherwise: then it is cut, and EXTRA_LENGTH tells by
/// how much.
/// @needs kernel
/// @group devices
/// @example FromDevice(eth0) -> Print -> Discard;
/// @example FromDevice(eth0, PROMISC true, BPF_FILTER "tcp port 80") -> ToDump(web.pcap);
struct FromDevice {
  static constexpr Spec spec{.ports = "0/1",
                             .processing = "h/h",
                             .writes = meta::mac | meta::type | meta::extra_length,
                             .source = true,
                             .everywhere = true,
                             .workers = "any"};

  enum class Method { pcap, linux };
  enum class Encap { ether, en10mb };

  struct Args {
    String devname;             ///< The interface, such as `eth0`.
    bool promisc = false;       ///< Receive frames for anybody. @positional
    std::uint32_t snaplen = 0;  ///< Cut frames to this length; 0: longer ones than the interface's
                                ///< MTU allows are dropped. @positional @range 0 65535
    bool sniffer = true;        ///< false: the kernel drops the packets that it receives here.
    bool force_ip = false;  ///< Emit only frames with an IPv4 header, and mark it. @sets network
    Method method = Method::linux;  ///< Accepted: both mean a packet socket.
    String bpf_filter = "";         ///< Receive only what this expression of libpcap matches.
    std::uint16_t protocol = 0;     ///< Receive only frames of this EtherType; 0: all.
    bool outbound = false;          ///< Receive what this machine sends, too.
    std::uint32_t headroom = 28;    ///< Least bytes in front of a packet. @range 0 4096
    Encap encap = Encap::ether;     ///< Kind of frames: Ethernet is all that DPDK knows.
    std::uint32_t burst = 32;       ///< Packets taken at once. @range 1 256 @default click 1
    bool timestamp = true;          ///< Set timestamps to when packets are taken. @sets timestamp
    bool active = true;             ///< Whether the element receives.
  };

  struct State {
    Count count;         ///< @read Packets received.
    Count segmented;     ///< @drop Frames of several segments that do not fit into one buffer.
    Count too_long;      ///< @drop Frames longer than the MTU: offload made them on this machine.
    Count not_ip;        ///< @drop FORCE_IP: the frame has no IPv4 header.
    Count kernel_drops;  ///< @read Packets for which the kernel had no room.

    PolledQueues queues;
    FrameIntake intake;
    EtherAddress address;
  };

  struct Handlers {
    Read encap;          ///< What packets begin with: ETHER.
    Write reset_counts;  ///< Counts packets from 0 again.
  };

  static void configure(const auto &args, Setup &setup) {
    if (!args.active) return;
    RxRequest r;
    r.burst = args.burst;
    r.promisc = false;  // the packet socket is, so that the interface is not left so
    setup.receive(setup.use_interface(args.devname, request(args)), r);
  }

  static void initialize(auto &self) {
    State &state = self.state;
    state.queues.begin(receive_queues(self.worker, self.name));
    if (state.queues.empty()) return;
    state.intake.begin(self.args.devname, request(self.args));
    state.address = interface_address(self.args.devname);
  }

  static unsigned poll(auto &self) {
    State &state = self.state;
    const std::int64_t now = self.args.timestamp ? self.worker.clock.now() : 0;
    const unsigned n = receive_frames(self, [&](auto &packet) __attribute__((always_inline)) {
      if (self.args.timestamp) packet.set_timestamp(now);
      packet.set_type(type_of(packet, state.address));
      packet.set(meta::extra_length, state.intake.missing());
      if (self.args.force_ip) {
        std::uint8_t *ip = net::find_ipv4(packet.data(), packet.length(), net::kLinkEthernet);
        if (ip == nullptr) return drop(self, packet, state.not_ip);
        packet.set_network(ip);
      }
      emit<0>(self, packet);
    });
    state.count += n;
    return n;
  }

  /// An interface never ends; a worker that has no queue of it has nothing to expect.
  static bool exhausted(auto &self) { return self.state.queues.empty(); }

  static void recount(auto &self) {
    self.state.kernel_drops.value = interface_drops(self.args.devname);
  }
  static std::string read_encap(auto &, std::string_view) { return "ETHER"; }
  static bool write_reset_counts(auto &self, std::string_view, std::string &) {
    self.state.count = {};
    return true;
  }

 private:
  static SocketRequest request(const auto &args) {
    return {.receives = true,
            .promisc = args.promisc,
            .outbound = args.outbound,
            .sniffer = args.sniffer,
            .snaplen = args.snaplen,
            .headroom = args.headroom,
            .protocol = args.protocol,
            .filter = args.bpf_filter};
  }

  /// The addresses tell what the kernel knows of the frame; only this machine sends from its own.
  PMILL_INLINE static PacketType type_of(const auto &packet, const EtherAddress &host) {
    if (packet.length() < net::kEtherAddressesBytes) [[unlikely]]
      return PacketType::host;
    const net::Ether &frame = *net::ether(packet.data());
    return frame.source == host ? PacketType::outgoing : net::type_of(frame, host);
  }
};

}  // namespace pmill::elements
