// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Passes every packet, in pull context only.
/// @group basic
/// @example FromDPDKDevice(0) -> Queue -> PullNull -> Unqueue -> Discard;
struct PullNull {
  static constexpr Spec spec{.processing = "l", .passes = true};

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
