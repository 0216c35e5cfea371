// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Cuts packets that are longer than LENGTH.
/// @group basic
/// @example FromDPDKDevice(0) -> Truncate(64) -> ToDump(heads.pcap);
struct Truncate {
  static constexpr Spec spec{.ports = "1/1",
                             .processing = "a/a",
                             .reads = meta::extra_length,
                             .writes = meta::extra_length,
                             .resizes = true,
                             .passes = true,
                             .edits = part::end};

  struct Args {
    std::uint32_t length;      ///< Number of bytes to keep. @writable @called nbytes
    bool extra_length = true;  ///< Add what is cut to the EXTRA_LENGTH annotation.
  };

  static void push(auto &self, auto &packet) {
    if (packet.length() > self.args.length) {
      const std::uint32_t cut = packet.length() - self.args.length;
      if (self.args.extra_length)
        packet.set(meta::extra_length, packet.get(meta::extra_length) + cut);
      packet.take(cut);
    }
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
