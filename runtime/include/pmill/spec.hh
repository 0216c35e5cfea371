// SPDX-License-Identifier: BSD-3-Clause
// What an element declares about itself. Its Python twin, read from the same text, is
// pmill/elements/spec.py; the program pmill generates asserts that both agree.
#pragma once

#include <cstdint>
#include <pmill/meta.hh>
#include <string_view>

namespace pmill {

/// A set of output ports, as bits.
struct PortSet {
  std::uint64_t bits = 0;
  constexpr bool operator==(const PortSet &) const = default;
};

/// The set of the given outputs: `outputs(1, 2)`.
constexpr PortSet outputs(auto... ports) { return {((std::uint64_t{1} << ports) | ... | 0)}; }

/// Parts of a packet that an element changes, as bits.
struct PartSet {
  std::uint64_t bits = 0;
  constexpr PartSet operator|(PartSet other) const { return {bits | other.bits}; }
  constexpr bool operator==(const PartSet &) const = default;
};

namespace part {
inline constexpr PartSet ether{1};    // the first 12 bytes: a frame's two addresses
inline constexpr PartSet ttl{2};      // the TTL of the marked IPv4 header; its checksum stays right
inline constexpr PartSet options{4};  // its options; its checksum stays right
inline constexpr PartSet source{8};   // its source address; its checksum stays right
inline constexpr PartSet end{16};     // bytes are cut off at the end
inline constexpr PartSet front{32};   // what lies in front of the data, for Unstrip
inline constexpr PartSet payload{64};  // bytes behind its header, of which it has 20 or more
}  // namespace part

/// The declaration of an element class; every element has one `static constexpr Spec spec`.
struct Spec {
  std::string_view ports = "1/1";       ///< Click's port counts, inputs/outputs: "1/1-2", "-/-".
  std::string_view processing = "a/a";  ///< Click's codes: h push, l pull, a agnostic.
  std::string_view flow = "x/x";        ///< Click's flow code: which inputs reach which outputs.
  FieldSet reads{};                     ///< Metadata fields the element reads.
  FieldSet expects{};                   ///< What it reads in vain where nobody before has set it.
  FieldSet writes{};                    ///< Metadata fields the element writes.
  FieldSet renews{};                    ///< Fields that what it emits never has from what it took.
  PortSet cold{};                       ///< Outputs that packets rarely take.
  bool resizes = false;                 ///< Moves the packet's data or changes its length.
  bool shared = false;                  ///< All workers use one State; self.lock() guards it.
  bool single = false;                  ///< A configuration has at most one.
  bool source = false;                  ///< Has poll(): makes packets by itself.
  bool everywhere = false;              ///< Every worker runs it, for queues that it alone has.
  bool clones = false;                  ///< Lets every packet out on all outputs.
  bool keeps = false;   ///< Packets may stay in its State, by park(): configure says how many.
  bool fills = false;   ///< Has full(args, state): there are times when it has no room for packets.
  bool yields = false;  ///< Makes no packets while everything behind it that fills is full.
  /// What its State, of which every worker has one, is when several workers have packets for it:
  /// `any`, nothing that shows, such as a cache; `each`, what the element does is said of the
  /// packets of each worker; `flow`, the same, and right while packets of a flow come to one
  /// worker; `one`, right with one worker only. `@workers` in the doc says more.
  std::string_view workers = "";
  /// What its packets make it use that others use, too: words of `stderr`, what is printed,
  /// `random`, the worker's random numbers, and `target`, the device that its first argument names.
  std::string_view shares = "";
  /// What it emits is what it took, or a whole copy of it, and nothing about that changes but what
  /// is declared: `writes`, `edits`, `puts`, and the tags of its arguments. Of an element that does
  /// not say so nothing is known.
  bool passes = false;
  /// Every packet that comes leaves on output 0, once, and no other does. A source lets out so all
  /// that it gets from receive(), and gets packets nowhere else; an element without outputs takes
  /// all of a burst: it has `push_burst`.
  bool through = false;
  PartSet edits{};         ///< Parts of the packet that it changes.
  std::uint32_t puts = 0;  ///< Bytes of any content that it puts in front.
  /// What leaves on output 0 has its network and transport headers marked: an IPv4 header at the
  /// argument tagged `@header`, or at the first byte, and what lies behind as many bytes as that
  /// says it has. Where the packet has no byte, both are marked as missing.
  bool marks = false;
  /// The same, and the header is sound: version 4, 20 bytes or more, whole, its checksum right
  /// (with the argument tagged `@verifies`, if there is one), and the packet ends where it says.
  /// With meta::dst_ip in `writes` that is its destination. An element that passes lets all such
  /// packets out on output 0, but for those that an argument tagged `@refuses` says.
  bool checks = false;
};

/// A number of packets (or of something else) that a user may read. One writer: its worker.
struct Count {
  std::uint64_t value = 0;
  constexpr Count &operator++() { return ++value, *this; }
  constexpr Count &operator+=(std::uint64_t n) { return value += n, *this; }
};

}  // namespace pmill
