// SPDX-License-Identifier: BSD-3-Clause
// What a program says about its instances: names, and where their counters are.
#pragma once

#include <cstdint>
#include <pmill/instance.hh>
#include <pmill/report.hh>

namespace pmill {

/// The row of an instance in the table that the generated program prints; `connected`: which of
/// its outputs are.
template <typename D>
constexpr InstanceInfo describe(std::string_view config, std::string_view inputs,
                                std::string_view outputs, std::uint64_t connected) {
  using Class = Described<typename D::Element>;
  InstanceInfo info{.name = D::name,
                    .element_class = Class::class_name,
                    .config = config,
                    .inputs = inputs,
                    .outputs = outputs,
                    .connected = connected,
                    .shared = D::Element::spec.shared,
                    .frozen = kFrozen<D>,
                    .changeable = kChangeable<D>};
  if constexpr (kRuns<D>) {
    info.schedule = &Common<D>::schedule;
    info.placed = kSchedule<D>.home;
  }
  info.every_worker = D::Element::spec.everywhere;
  if constexpr (requires { Class::counters; }) info.counters = Class::counters;
  if constexpr (requires { Class::handlers; }) info.handlers = Class::handlers;
  if constexpr (requires { Class::template arguments<D>; })
    info.arguments = Class::template arguments<D>;
  return info;
}

}  // namespace pmill
