// SPDX-License-Identifier: BSD-3-Clause
// Longest-prefix matching in a handful of routes, by comparing with all of them at once.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/lpm/route.hh>
#include <pmill/values.hh>

namespace pmill::lpm {

/// So few that one after the other is faster than all at once.
inline constexpr std::size_t kVeryFewRoutes = 4;

/// A constant table of at most 16 routes; where two have the same prefix, the later one counts.
template <std::size_t Count>
class FewRoutes {
 public:
  static_assert(Count <= kFewRoutes);

  constexpr FewRoutes() { clear(); }
  explicit constexpr FewRoutes(const auto &routes) {
    clear();
    // Insertion sort, the longest prefix first, of two equal ones the later first.
    std::size_t used = 0;
    for (const Route &route : routes) {
      if (route.prefix.mask.value == 0) {
        rest_ = {route.gateway, route.output};
        continue;
      }
      const auto longer = [&](std::size_t i) {
        return std::popcount(masks_[i]) > std::popcount(route.prefix.mask.value);
      };
      std::size_t at = 0;
      while (at < used && longer(at)) ++at;
      for (std::size_t i = used++; i > at; --i) move(i - 1, i);
      masks_[at] = route.prefix.mask.value;
      values_[at] = route.prefix.address.value & route.prefix.mask.value;
      hops_[at] = {route.gateway, route.output};
    }
  }

  /// Where everything goes that matches no longer prefix: the default route, or nowhere.
  constexpr const Hop &rest() const { return rest_; }
  /// The longest match of a destination: one bit of as many as there are routes, or none. The
  /// default route has no bit.
  PMILL_INLINE std::uint32_t match(IPAddress destination) const {
    if constexpr (Count <= kVeryFewRoutes) {
      for (std::size_t i = 0; i < Count; ++i)
        if ((destination.value & masks_[i]) == values_[i]) return std::uint32_t{1} << i;
      return 0;
    } else {
      std::uint32_t all = matches(destination);
      asm("" : "+r"(all));  // or LLVM tests bits of it before it has isolated the lowest one
      return all & -all;    // the first route is the longest prefix
    }
  }
  /// The routes that lead to an output, as bits.
  constexpr std::uint32_t routes_to(std::uint32_t output) const {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < kLanes; ++i)
      if (hops_[i].output == output) bits |= std::uint32_t{1} << i;
    return bits;
  }
  PMILL_INLINE const Hop &hop(std::uint32_t match) const {
    return match == 0 ? rest_ : hops_[static_cast<std::size_t>(std::countr_zero(match))];
  }
  PMILL_INLINE const Hop &find(IPAddress destination) const { return hop(match(destination)); }

 private:
  static constexpr std::size_t kStep = 8;
  static constexpr std::size_t kLanes = Count <= kStep ? kStep : kFewRoutes;

  /// All comparisons at once: a miss of the branch predictor costs more than all of them.
  PMILL_INLINE std::uint32_t matches(IPAddress destination) const {
    using Words = std::uint32_t __attribute__((vector_size(kStep * 4)));
    using Bits = bool __attribute__((ext_vector_type(kStep)));
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < kLanes; i += kStep) {
      Words masks, values;
      std::memcpy(&masks, &masks_[i], sizeof masks);
      std::memcpy(&values, &values_[i], sizeof values);
      const auto same = (masks & destination.value) == values;
      const auto bits = std::bit_cast<std::uint8_t>(__builtin_convertvector(same, Bits));
      found |= std::uint32_t{bits} << i;
    }
    return found;
  }

  constexpr void clear() {
    masks_.fill(0);
    values_.fill(1);  // under an empty mask, nothing is 1
  }
  constexpr void move(std::size_t from, std::size_t to) {
    masks_[to] = masks_[from];
    values_[to] = values_[from];
    hops_[to] = hops_[from];
  }

  alignas(64) std::array<std::uint32_t, kLanes> masks_{};
  alignas(64) std::array<std::uint32_t, kLanes> values_{};
  std::array<Hop, kLanes> hops_{};
  Hop rest_;
};

}  // namespace pmill::lpm
