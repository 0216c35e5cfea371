// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Passes packets on: in pmill, all of them are in buffers of DPDK's pools.
///
/// In FastClick it copies those that are not, so that a device can send them without a copy.
/// @group basic
/// @example FromDump(in.pcap) -> EnsureDPDKBuffer -> ToDPDKDevice(0);
struct EnsureDPDKBuffer {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a", .passes = true, .through = true};

  struct Args {
    bool force = false;  ///< FastClick's switch for copying all packets, which nobody could notice.
                         ///< @positional
  };

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
