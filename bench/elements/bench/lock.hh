// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <rte_spinlock.h>

#include <pmill/element.hh>

namespace pmill::elements {

/// Takes a lock for every packet and gives it back, as for a table that workers share: what that
/// costs when nobody else wants it. A control of benchmarks.
/// @group bench
/// @example Idle -> Lock -> Discard;
struct Lock {
  static constexpr Spec spec{.ports = "1/1", .processing = "h/h"};

  struct Args {};

  struct State {
    rte_spinlock_t lock = RTE_SPINLOCK_INITIALIZER;
  };

  static void push(auto &self, auto &packet) {
    rte_spinlock_lock(&self.state.lock);
    rte_spinlock_unlock(&self.state.lock);
    emit<0>(self, packet);
  }
};

}  // namespace pmill::elements
