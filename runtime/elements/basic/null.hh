// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Passes packets on unchanged.
/// @group basic
/// @example FromDPDKDevice(0) -> Null -> ToDPDKDevice(1);
struct Null {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a", .passes = true, .through = true};

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
