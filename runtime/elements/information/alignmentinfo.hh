// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Says how the packets that come to elements are aligned, as `click-align` writes it.
///
/// For each input of the element: its data begin at OFFSET more than a multiple of MODULUS. Nothing
/// depends on it here: elements read packets that are aligned in whatever way.
/// @group information
/// @example Idle -> c :: CheckIPHeader -> Discard; AlignmentInfo(c 4 0);
struct AlignmentInfo {
  static constexpr Spec spec{.ports = "0/0"};

  struct Args {
    String elements = "";  ///< `ELEMENT [MODULUS OFFSET...]` each. @rest @lowering alignments
  };

  static void configure(const auto &, auto &) {}
};

}  // namespace pmill::elements
