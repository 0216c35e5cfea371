// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Gives names to annotations.
///
/// A name may stand wherever an argument wants an annotation: OFFSET is where it lies in the 48
/// bytes of annotations, or the name of one that Click has. With a SIZE, in bytes, it is none of
/// another size. Names hold in the compound where they are given, and inside of it.
/// @group information
/// @example AnnotationInfo(COLOR 5 1); Idle -> Paint(3, COLOR) -> CheckPaint(3, COLOR) -> Discard;
struct AnnotationInfo {
  static constexpr Spec spec{.ports = "0/0"};

  struct Args {
    bool check_overlap = false;  ///< Refuse names of one element that share bytes.
    String names = "";           ///< `NAME OFFSET [SIZE]` each. @rest @lowering annotations
  };

  static void configure(const auto &, auto &) {}
};

}  // namespace pmill::elements
