// SPDX-License-Identifier: BSD-3-Clause
// Foresight: the memory of a lookup is asked for some packets ahead, by a guess at the frame.
//
// Waiting for the whole burst (staged.hh) costs about as much as a lookup that finds its memory
// near, so while tables are small nobody waits. But near is not at hand: a line from the second
// cache takes as long as sixty instructions, and a core that has a packet's whole way in its window
// has no room for the next one's. So whoever receives a burst has the lookups that its packets come
// to first look at the frame of the packet `kAhead` behind the one that goes on now. That frame has
// not been looked at; what is guessed is only ever a hint to the caches.
//
//   using Foreseen = pmill::Foreseen<table>;
//
// in an instance that receives names those lookups. They say what to ask for in
// `foresee(self, frame)`, of which kReadAhead bytes may be read, whatever they are.
#pragma once

#include <cstddef>
#include <pmill/buffer.hh>
#include <pmill/poison.hh>
#include <pmill/static.hh>

namespace pmill {

/// The lookups that packets of an instance come to first.
template <typename... D>
struct Foreseen {};

namespace detail {
/// As many packets as a line from the second cache needs; 1 is too few, and 4 was best of 1, 2, 4.
inline constexpr unsigned kAhead = 4;

template <typename D>
constexpr bool foresees() {
  // Under AddressSanitizer the bytes of a frame that nobody has taken yet may not be read.
  if constexpr (requires { typename D::Foreseen; })
    return !poison::enabled;
  else
    return false;
}

template <typename W, typename... D>
PMILL_INLINE void foresee(W &worker, const std::uint8_t *frame, Foreseen<D...> *) {
  (D::Element::foresee(Self<D, W>{{}, worker}, frame), ...);
}
}  // namespace detail

/// How many places an array of a burst's buffers needs behind them.
template <typename D>
inline constexpr unsigned kForesight = detail::foresees<D>() ? detail::kAhead : 0;

/// Fills those places, so that nobody need ask for the end of a burst of `n`, 1 or more.
template <typename D>
PMILL_INLINE void repeat_last(Buffer *buffers, unsigned n) {
  for (unsigned i = 0; i < kForesight<D>; ++i) buffers[n + i] = buffers[n - 1];
}

/// Lets the lookups look at the frame that is so many behind buffer `i`.
template <typename D>
PMILL_INLINE void foresee(auto &worker, const Buffer *buffers, std::size_t i) {
  if constexpr (kForesight<D> != 0)
    detail::foresee(worker, buffer::data(buffers[i + detail::kAhead]),
                    static_cast<typename D::Foreseen *>(nullptr));
}

}  // namespace pmill
