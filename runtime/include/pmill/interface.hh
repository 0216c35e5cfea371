// SPDX-License-Identifier: BSD-3-Clause
// Network interfaces of the kernel as ports: through a packet socket on one that is there (DPDK's
// net_af_packet), or as a virtual one that the program makes (net_tap). The elements' requests come
// first, before EAL starts; then what they may ask about an interface while the program runs.
#pragma once

#include <cstdint>
#include <pmill/values.hh>
#include <string>
#include <string_view>

namespace pmill {

/// What FromDevice and ToDevice ask of an interface. Texts belong to the arguments, which live as
/// long as the program.
struct SocketRequest {
  bool receives = false;       // else the element only sends
  bool promisc = false;        // receive frames for anybody
  bool outbound = false;       // receive what this machine sends, too
  bool sniffer = true;         // the kernel handles the packets as well
  std::uint32_t snaplen = 0;   // frames up to so many bytes arrive whole; 0: the MTU decides
  std::uint32_t headroom = 0;  // bytes before a packet; less than the usual ones: these
  std::uint16_t protocol = 0;  // receive only this EtherType; 0: all
  std::string_view filter{};   // receive only what this expression of libpcap matches
};

/// What FromHost, ToHost and KernelTap ask of a virtual interface. Zeros: as the kernel likes.
struct TapRequest {
  bool receives = false;
  IPPrefix address{};
  IPAddress gateway{};  // of a default route through the interface
  EtherAddress mac{};
  std::uint32_t headroom = 0;
};

/// An interface and everything asked of it.
struct KernelPort {
  std::string label;     // `name :: Class` of the element that asked first, for messages
  std::string name;      // the kernel's
  std::string port;      // DPDK's
  std::string receiver;  // the label of the element that receives; empty: none does
  bool is_tap = false;
  SocketRequest socket{};
  TapRequest tap{};
};

/// The Ethernet address of an interface, all zero when there is no such interface.
EtherAddress interface_address(std::string_view name);
/// The most bytes of a frame without a VLAN tag that an interface carries: MTU and MAC header.
std::uint32_t interface_longest_frame(std::string_view name);
/// The longest frame without a VLAN tag that arrives whole: as the request says, else as the
/// interface does, up to an MTU of 9216.
std::uint32_t received_frame(std::string_view name, const SocketRequest &request);
/// Packets that the kernel had for an interface's packet sockets, but no room, since the start.
std::uint64_t interface_drops(std::string_view name);

/// What an interface takes of frames; the kernel would lose others without a word.
struct FrameRoom {
  static constexpr std::uint32_t kHeaderBytes = 14;
  static constexpr std::uint32_t kTagBytes = 4;

  std::uint32_t longest = 0;  // without a VLAN tag

  bool takes(const std::uint8_t *frame, std::uint32_t length) const {
    if (length < kHeaderBytes) return false;
    const bool tagged = frame[12] == 0x81 && frame[13] == 0x00;
    return length <= longest + (tagged ? kTagBytes : 0);
  }
};

}  // namespace pmill
