// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/vlan.hh>

namespace pmill::elements {

/// Puts an Ethernet header with a VLAN tag (IEEE 802.1Q) in front of packets.
///
/// VLAN_TCI is priority and VLAN, or ANNO for each packet's VLAN annotation; VLAN_ID is the VLAN
/// alone, in its place. A VLAN_PCP that is not 0 is the priority instead of the one in VLAN_TCI.
/// The header of frames of the VLAN NATIVE_VLAN has no tag.
/// @group ethernet
/// @example EtherVLANEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:10:01, VLAN_ID 5) -> ToDPDKDevice(0);
struct EtherVLANEncap {
  static constexpr Spec spec{.ports = "1/1",
                             .processing = "a/a",
                             .reads = meta::vlan_tci,
                             .expects = meta::vlan_tci,
                             .writes = meta::mac,
                             .resizes = true};

  struct Args {
    std::uint16_t ethertype;       ///< EtherType. @writable
    EtherAddress src;              ///< Source address. @writable
    EtherAddress dst;              ///< Destination address. @writable
    net::VlanTci vlan_tci{};       ///< Priority and VLAN, 0 to 65535; `ANNO`: each packet's
                                   ///< annotation. @positional @lowering vlan_tci
                                   ///< @readsfor ANNO vlan_tci
    std::uint8_t vlan_pcp = 0;     ///< Priority; 0: as VLAN_TCI says. @positional @range 0 7
    std::int32_t vlan_id = -1;     ///< VLAN, 0 to 4095, in place of VLAN_TCI. @lowering vlan_id
    std::int32_t native_vlan = 0;  ///< The VLAN without tags; -1: all have one. @range -1 4095
                                   ///< @writable
  };

  struct State {
    Count no_room;  ///< @drop The buffer is too small for the header.
  };

  struct Handlers {
    ReadWrite vlan_tci;  ///< Priority and VLAN, or ANNO. @keeps vlan_tci
    ReadWrite vlan_id;   ///< The VLAN alone; writing leaves the priority. @keeps vlan_tci
    ReadWrite vlan_pcp;  ///< The priority alone; writing leaves the VLAN. @keeps vlan_tci
  };

  static void configure(const auto &args, auto &setup) { net::require_vlan(args, setup); }

  static void push(auto &self, auto &packet) {
    const std::uint16_t tci = net::tci_for(packet, self.args);
    const bool has_tag = !net::is_native(tci, self.args.native_vlan);
    if (!packet.push(sizeof(net::Ether) + (has_tag ? sizeof(net::VlanTag) : 0))) [[unlikely]]
      return drop(self, packet, self.state.no_room);
    std::uint8_t *const at = packet.data();
    if (has_tag) {
      const net::VlanTag tag{net16(tci), net16(self.args.ethertype)};  // what is behind its type
      net::write_header(at, self.args.dst, self.args.src, net::kEtherTypeVLAN);
      std::memcpy(at + sizeof(net::Ether), &tag, sizeof tag);
    } else {
      net::write_header(at, self.args.dst, self.args.src, self.args.ethertype);
    }
    packet.set_mac(at);
    emit<0>(self, packet);
  }

  static std::string read_vlan_tci(auto &self, std::string_view) {
    return net::show_tci(self.args);
  }
  static bool write_vlan_tci(auto &self, std::string_view text, std::string &error) {
    return net::change_tci(self, text, error);
  }
  static std::string read_vlan_id(auto &self, std::string_view) {
    return net::show_vlan(self.args);
  }
  static bool write_vlan_id(auto &self, std::string_view text, std::string &error) {
    return net::change_vlan(self, text, error);
  }
  static std::string read_vlan_pcp(auto &self, std::string_view) {
    return net::show_priority(self.args);
  }
  static bool write_vlan_pcp(auto &self, std::string_view text, std::string &error) {
    return net::change_priority(self, text, error);
  }
};

}  // namespace pmill::elements
