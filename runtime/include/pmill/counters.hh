// SPDX-License-Identifier: BSD-3-Clause
// The table of a program's counters: one row for every counter of every instance.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include <pmill/instance.hh>
#include <pmill/report.hh>

namespace pmill {
namespace detail {

/// Reads counter `I` of an instance from a worker.
template <typename W, typename D, std::size_t I>
std::uint64_t read_counter(const Worker &worker) {
  const auto &state = static_cast<const W &>(worker).template state<D>();
  return (state.*(Described<typename D::Element>::counters[I].member)).value;
}

template <typename W, typename D>
constexpr auto counters_of() {
  using Class = Described<typename D::Element>;
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<CounterInfo, sizeof...(I)>{CounterInfo{
        .element = D::name,
        .element_class = Class::class_name,
        .name = Class::counters[I].name,
        .doc = Class::counters[I].doc,
        .kind = Class::counters[I].kind,
        .output = Class::counters[I].output,
        .connected = Class::counters[I].output >= 0 &&
                     D::Outputs::leads_on(static_cast<std::size_t>(Class::counters[I].output)),
        .shared = D::Element::spec.shared,
        .read = read_counter<W, D, I>,
    }...};
  }(std::make_index_sequence<Class::counters.size()>{});
}

template <typename Config>
constexpr std::size_t count_counters() {
  std::size_t count = 0;
  Config::each([&]<typename D>(Tag<D>) {
    count += Described<typename D::Element>::counters.size();
  });
  return count;
}

template <typename Config, typename W>
constexpr auto list_counters() {
  std::array<CounterInfo, count_counters<Config>()> all{};
  std::size_t next = 0;
  Config::each([&]<typename D>(Tag<D>) {
    for (const CounterInfo &c : counters_of<W, D>()) all[next++] = c;
  });
  return all;
}

}  // namespace detail

/// The counters of a program whose workers are `W`, in the order of its instances.
template <typename Config, typename W>
inline constexpr auto kCounters = detail::list_counters<Config, W>();

}  // namespace pmill
