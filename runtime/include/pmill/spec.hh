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
  bool clones = false;                  ///< Lets every packet out on all outputs.
  bool fills = false;   ///< Has full(args, state): there are times when it has no room for packets.
  bool yields = false;  ///< Makes no packets while everything behind it that fills is full.
  /// What its packets make it use that others use, too: words of `stderr`, what is printed,
  /// `random`, the worker's random numbers, and `target`, the device that its first argument names.
  std::string_view shares = "";
};

/// A number of packets (or of something else) that a user may read. One writer: its worker.
struct Count {
  std::uint64_t value = 0;
  constexpr Count &operator++() { return ++value, *this; }
  constexpr Count &operator+=(std::uint64_t n) { return value += n, *this; }
};

}  // namespace pmill
