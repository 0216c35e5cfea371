// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/net/vlan.hh>

namespace pmill::elements {

/// Sets the VLAN annotation, which VLANEncap and others look at.
///
/// VLAN_TCI is all of it, or VLAN_ID the VLAN alone; a VLAN_PCP that is not 0 is the priority in
/// place of the one in VLAN_TCI.
/// @group ethernet
/// @example SetVLANAnno(VLAN_ID 5, VLAN_PCP 1) -> VLANEncap(ANNO) -> ToDPDKDevice(0);
struct SetVLANAnno {
  static constexpr Spec spec{.ports = "1/1",
                             .processing = "a/a",
                             .writes = meta::vlan_tci,
                             .passes = true,
                             .through = true};

  struct Args {
    net::VlanTci vlan_tci{};    ///< Priority and VLAN as a tag holds them, 0 to 65535. @positional
                                ///< @lowering vlan_tci_number
    std::uint8_t vlan_pcp = 0;  ///< Priority; 0: as VLAN_TCI says. @positional @range 0 7
    std::int32_t vlan_id = -1;  ///< VLAN, 0 to 4095, in place of VLAN_TCI. @lowering vlan_id
  };

  struct Handlers {
    ReadWrite vlan_tci;  ///< Priority and VLAN. @keeps vlan_tci
    ReadWrite vlan_id;   ///< The VLAN alone; writing leaves the priority. @keeps vlan_tci
    ReadWrite vlan_pcp;  ///< The priority alone; writing leaves the VLAN. @keeps vlan_tci
  };

  static void configure(const auto &args, auto &setup) { net::require_vlan(args, setup); }

  static void push(auto &self, auto &packet) {
    packet.set(meta::vlan_tci, net16(net::tci_of(self.args)));
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
