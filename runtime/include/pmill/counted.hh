// SPDX-License-Identifier: BSD-3-Clause
// Counting the packets on every connection: programs that are run to learn which ways packets take.
#pragma once

#include <pmill/pull.hh>

namespace pmill {

/// How many packets crossed connection `Number`, by any worker.
template <unsigned Number>
inline std::uint64_t packets_through = 0;

template <unsigned Number>
PMILL_INLINE void count_packet() {
  __atomic_fetch_add(&packets_through<Number>, 1, __ATOMIC_RELAXED);
}

/// A hop that counts.
template <unsigned Number, typename H>
struct Counted : H {
  PMILL_INLINE static void send(auto &worker, auto &packet) {
    count_packet<Number>();
    H::send(worker, packet);
  }
  PMILL_INLINE static void send_rarely(auto &worker, auto &packet) {
    count_packet<Number>();
    H::send_rarely(worker, packet);
  }
};

/// An input that counts what it pulls.
template <unsigned Number, typename H>
struct CountedPull : H {
  PMILL_INLINE static bool pull(auto &worker, auto &&use) {
    const auto counting = [&](auto &packet) __attribute__((always_inline)) {
      count_packet<Number>();
      use(packet);
    };
    return H::pull(worker, counting);
  }
};

}  // namespace pmill
