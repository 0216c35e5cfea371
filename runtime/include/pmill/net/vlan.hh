// SPDX-License-Identifier: BSD-3-Clause
// 802.1Q tags: four bytes between the Ethernet addresses and the EtherType.
#pragma once

#include <cstdint>
#include <cstring>
#include <pmill/args.hh>
#include <pmill/attributes.hh>
#include <pmill/handler.hh>
#include <pmill/meta.hh>
#include <pmill/net/ether.hh>
#include <pmill/text.hh>
#include <pmill/values.hh>
#include <string>
#include <string_view>

namespace pmill::net {

/// A tag as frames carry it, in network order: its type, then priority and VLAN (the TCI).
struct [[gnu::packed]] VlanTag {
  std::uint16_t type;
  std::uint16_t tci;
};
static_assert(sizeof(VlanTag) == 4 && alignof(VlanTag) == 1);

inline constexpr std::uint16_t kVlanIds = 0x0fff;  // of a TCI, the bits of the VLAN
inline constexpr unsigned kPriorityShift = 13;     // and where the priority begins
inline constexpr std::uint16_t kNoPriority = 0x1fff;

/// An argument that is a TCI in host order, -1 when it was not given, or the word ANNO.
/// pmill/elaborate/lowerings/vlan_tci.py makes these.
struct VlanTci {
  std::int32_t tci = -1;
  bool annotated = false;  // the packet's VLAN annotation counts, not `tci`
  constexpr bool operator==(const VlanTci &) const = default;
};

inline void parse(VlanTci &value, std::string_view text) {
  value = {.annotated = text == "ANNO"};
  if (!value.annotated && !text.empty()) pmill::parse(value.tci, text);
}

/// The arguments of an element that adds tags say the TCI together: `vlan_tci` or `vlan_id`, and
/// `vlan_pcp` that is not 0 in place of the priority. Whether the first two do:
constexpr bool says_vlan(const auto &args) {
  return (args.vlan_tci.tci >= 0 || args.vlan_tci.annotated) != (args.vlan_id >= 0);
}
inline void require_vlan(const auto &args, auto &setup) {
  if (!says_vlan(args))
    setup.fail("give either VLAN_TCI or VLAN_ID", "VLAN 5 with priority 1: VLAN_ID 5, VLAN_PCP 1");
}

/// The TCI with a priority of its own, in host order.
constexpr std::uint16_t with_priority(std::uint32_t tci, std::uint8_t priority) {
  const std::uint32_t others = priority == 0 ? tci : tci & kNoPriority;
  return static_cast<std::uint16_t>(others | std::uint32_t{priority} << kPriorityShift);
}

/// The TCI that the arguments say, in host order, where it does not depend on the packet.
constexpr std::uint16_t tci_of(const auto &args) {
  return with_priority(
      static_cast<std::uint32_t>(args.vlan_id >= 0 ? args.vlan_id : args.vlan_tci.tci),
      args.vlan_pcp);
}
/// The same for a packet.
PMILL_INLINE std::uint16_t tci_for(const auto &packet, const auto &args) {
  return args.vlan_tci.annotated ? with_priority(net16(packet.get(meta::vlan_tci)), args.vlan_pcp)
                                 : tci_of(args);
}

// --- handlers -----------------------------------------------------------------------------------

/// Makes the arguments say a TCI.
inline void write_tci(auto &args, std::uint16_t tci) {
  args.vlan_tci = {.tci = tci};
  args.vlan_id = -1;
  args.vlan_pcp = 0;
}

inline bool read_bits(std::uint16_t &value, std::string_view text, std::uint16_t most,
                      std::string &error) {
  if (!read_value(value, text, error)) return false;
  if (value <= most) return true;
  error = join({"expected a number from 0 to ", most});
  return false;
}

inline std::string show_tci(const auto &args) {
  return args.vlan_tci.annotated ? "ANNO" : join({tci_of(args)});
}
inline bool change_tci(auto &self, std::string_view text, std::string &error) {
  auto &args = self.changeable();
  std::uint16_t tci = 0;
  if (!read_value(tci, text, error)) return false;
  write_tci(args, tci);
  return true;
}

inline std::string show_vlan(const auto &args) {
  return args.vlan_tci.annotated ? "ANNO" : join({tci_of(args) & kVlanIds});
}
inline bool change_vlan(auto &self, std::string_view text, std::string &error) {
  auto &args = self.changeable();
  std::uint16_t id = 0;
  if (!read_bits(id, text, kVlanIds, error)) return false;
  const std::uint32_t priority = args.vlan_tci.annotated ? 0 : tci_of(args) & ~kVlanIds;
  write_tci(args, static_cast<std::uint16_t>(priority | id));
  return true;
}

inline std::string show_priority(const auto &args) {
  return join({args.vlan_tci.annotated ? args.vlan_pcp : tci_of(args) >> kPriorityShift});
}
/// Of a TCI that is each packet's own, the priority is in its place from then on.
inline bool change_priority(auto &self, std::string_view text, std::string &error) {
  auto &args = self.changeable();
  std::uint16_t priority = 0;
  if (!read_bits(priority, text, 7, error)) return false;
  if (args.vlan_tci.annotated)
    args.vlan_pcp = static_cast<std::uint8_t>(priority);
  else
    write_tci(args, static_cast<std::uint16_t>((tci_of(args) & kNoPriority) |
                                               priority << kPriorityShift));
  return true;
}

// --- frames --------------------------------------------------------------------------------------

/// Whether a TCI, in host order, is of a VLAN whose frames carry no tag; `native` -1: there is
/// none.
PMILL_INLINE bool is_native(std::uint16_t tci, std::int32_t native) {
  return (tci & kVlanIds) == native;
}

/// Moves the two addresses of a frame, which has room for them, `by` bytes on.
PMILL_INLINE void move_addresses(std::uint8_t *from, std::int32_t by) {
  std::uint8_t addresses[kEtherAddressesBytes];
  std::memcpy(addresses, from, sizeof addresses);
  std::memcpy(from + by, addresses, sizeof addresses);
}

/// The tag of a frame of `length` bytes that has one of this type, in host order; else nullptr.
PMILL_INLINE const VlanTag *find_tag(const std::uint8_t *frame, std::uint32_t length,
                                     std::uint16_t type) {
  const auto *tag = reinterpret_cast<const VlanTag *>(frame + kEtherAddressesBytes);
  const bool is_there = length >= sizeof(Ether) + sizeof(VlanTag) && tag->type == net16(type);
  return is_there ? tag : nullptr;
}

}  // namespace pmill::net
