// SPDX-License-Identifier: BSD-3-Clause
// What a program says about its instances: names, and where their counters are.
#pragma once

#include <cstdint>
#include <pmill/instance.hh>
#include <pmill/report.hh>

namespace pmill {

/// The row of an instance of class `E` in the table that the generated program prints; `connected`:
/// which of its outputs are.
template <typename E>
constexpr InstanceInfo describe(std::string_view name, std::uint64_t connected) {
  using Class = Described<E>;
  return {.name = name,
          .element_class = Class::class_name,
          .counters = Class::counters,
          .counter_count = Class::counter_count,
          .connected = connected,
          .shared = E::spec.shared};
}

}  // namespace pmill
