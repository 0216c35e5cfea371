// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>

namespace pmill::elements {

/// Counts packets where all workers do, without a lock: what an element must not do.
/// @group test
/// @example Racing -> Discard;
struct Racing {
  static constexpr Spec spec{};

  static inline std::uint64_t counted = 0;

  struct Handlers {
    Read counted_by_all;  ///< Packets of all workers.
  };

  static void push(auto &self, auto &packet) {
    ++counted;
    emit<0>(self, packet);
  }

  static std::uint64_t read_counted_by_all(auto &self, std::string_view) {
    return self.worker.index == 0 ? counted : 0;
  }
};

}  // namespace pmill::elements
