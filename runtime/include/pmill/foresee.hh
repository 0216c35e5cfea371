// SPDX-License-Identifier: BSD-3-Clause
// Foresight: the memory of lookups is asked for, for all frames of a burst, before the first packet
// goes on, by a guess at the frames.
//
// Waiting in front of a lookup (staged.hh) costs about as much as one that finds its memory near,
// so while tables are small nobody waits. But near is not at hand: a line from the second cache
// takes as long as sixty instructions, and a core that has a packet's whole way in its window has
// no room for the next one's. So whoever receives a burst has the lookups that its packets come to
// first look at all of its frames, and once more, some packets ahead: what the first look asks for,
// the second one reads, to ask for what that leads to.
//
//   using Foreseen = pmill::Foreseen<table>;
//
// in an instance that receives names those lookups, which are numbered by `foreseen`. They have
//
//   foresee(self, frame) -> hint   asks for memory by a guess at a frame that nobody has looked at,
//                                  of which kReadAhead bytes may be read, whatever they are
//   foresee_more(self, hint)       asks for what that leads to
//
// and get the hint, which saves them finding it out again, when the packet comes. Where packets
// wait, it is what their `prepare` notes. A hint may be that of another packet, or of none:
// then it is 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/buffer.hh>
#include <pmill/poison.hh>
#include <pmill/static.hh>

namespace pmill {

/// The lookups that packets of an instance come to first.
template <typename... D>
struct Foreseen {};

/// What the first step of a lookup leaves for the second, by the place of the packet in its burst.
using Hint = std::uint64_t;

#ifdef PMILL_METADATA_XCHANGE
// A frame is a packet before the next one is known.
inline constexpr bool kAnyForesight = false;
#else
// Under AddressSanitizer the bytes of a frame that nobody has taken yet may not be read.
inline constexpr bool kAnyForesight = !poison::enabled;
#endif

/// Whether an instance has lookups look at its frames.
template <typename D>
inline constexpr bool kForesees = kAnyForesight && requires { typename D::Foreseen; };

/// Whether packets have a hint for an element when they come to it.
template <typename S>
inline constexpr bool kHinted = kAnyForesight && SelfOf<S>::foreseen >= 0;

/// How far ahead of the current packet lookups look again.
inline constexpr std::size_t kLookAhead = 4;

/// How many lookups of a program look at frames.
template <typename Config>
inline constexpr unsigned kLookups = [] {
  if constexpr (requires { Config::foreseen; })
    return Config::foreseen;
  else
    return 0U;
}();

/// The hints of a worker's packets, for each lookup. Places behind a burst may be asked for.
template <unsigned Lookups>
struct HintRooms {
  Hint hints[Lookups][kMostBurst + kLookAhead]{};
};
template <>
struct HintRooms<0> {};

/// Says which packet of its burst, or of its room, goes on or is prepared now.
PMILL_INLINE void set_place(auto &worker, std::size_t place) {
  if constexpr (requires { worker.hints; }) worker.place = place;
}
/// The hint for the current packet.
template <typename S>
PMILL_INLINE Hint hint(S &self) {
  return self.worker.hints[SelfOf<S>::foreseen][self.worker.place];
}
/// Notes it, where packets have one.
template <typename S>
PMILL_INLINE void note(S &self, Hint hint) {
  if constexpr (kHinted<S>) self.worker.hints[SelfOf<S>::foreseen][self.worker.place] = hint;
}

namespace detail {
template <typename W, typename... D>
PMILL_INLINE void look(W &worker, const std::uint8_t *frame, std::size_t place, Foreseen<D...> *) {
  ((worker.hints[D::foreseen][place] = D::Element::foresee(Self<D, W>{{}, worker}, frame)), ...);
}
template <typename W, typename... D>
PMILL_INLINE void look_again(W &worker, std::size_t place, Foreseen<D...> *) {
  (D::Element::foresee_more(Self<D, W>{{}, worker}, worker.hints[D::foreseen][place]), ...);
}
}  // namespace detail

/// Lets the lookups of an instance look at `n` frames. Not while packets wait: that does it.
template <typename D>
PMILL_INLINE void foresee(auto &worker, const Buffer *buffers, unsigned n) {
  if constexpr (kForesees<D>) {
    if (worker.waits) [[unlikely]]
      return;
    const auto those = static_cast<typename D::Foreseen *>(nullptr);
#pragma clang loop unroll(disable)
    for (std::size_t i = 0; i < n; ++i) detail::look(worker, buffer::data(buffers[i]), i, those);
  }
}

/// Says that the packet of frame `i` goes on now. The lookups look again at one some frames behind:
/// soon enough, and so late that what they ask for is not gone by then.
template <typename D>
PMILL_INLINE void now_at(auto &worker, std::size_t i) {
  if constexpr (kForesees<D>) {
    const auto those = static_cast<typename D::Foreseen *>(nullptr);
    detail::look_again(worker, i + kLookAhead, those);
    set_place(worker, i);
  }
}

}  // namespace pmill
