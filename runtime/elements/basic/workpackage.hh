// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstring>
#include <iterator>
#include <pmill/element.hh>
#include <pmill/mersenne_twister.hh>
#include <pmill/out_of_line.hh>
#include <vector>

namespace pmill::elements {

/// Does work of a known size for every packet, and passes it on: a network function to measure
/// with.
///
/// The work of a packet is W random numbers, and then N accesses to memory of which each says where
/// the next one is. R percent of these read four bytes of the packet, of its first 54 or, with
/// PAYLOAD, of all; the others read an array of S MiB, which all workers share. An S of 0 is an
/// array of one cache line, so that an access costs something, but misses nothing; where a packet
/// has not four bytes, the array is read instead. Each packet begins elsewhere, also when W is 0.
///
/// Where packets wait for their burst (S is 1 or more, and R is 0), the accesses of all that came
/// take turns: those of one packet wait for each other, those of different ones do not.
///
/// SUM is the sum of what packets ended with: nobody can leave the work out, and it repeats.
/// @workers Every worker draws random numbers of its own.
/// @group basic
/// @example FromDPDKDevice(0) -> WorkPackage(S 4, N 1, W 4) -> EtherMirror -> ToDPDKDevice(0);
struct WorkPackage {
  static constexpr Spec spec{
      .ports = "1-/=", .processing = "h/h", .flow = "#/#", .passes = true, .workers = "each"};

  struct Args {
    double s = 0;          ///< Size of the array in MiB. @range 0 16384 @footprint 1048576
    std::uint32_t n = 0;   ///< Accesses for each packet.
    std::uint32_t r = 0;   ///< How many of a hundred accesses are to the packet. @range 0 100
    bool payload = false;  ///< Whether these may be anywhere in the packet.
    std::uint32_t w = 0;   ///< Random numbers for each packet.
  };

  struct State {
    Count count;  ///< @read Packets that passed.
    Count sum;    ///< @read The sum of the last words of their chains of accesses.

    MersenneTwister twister{};
    std::uint32_t begun = 0;    // chains so far
    std::uint32_t waiting = 0;  // packets that wait for their chains
    // What chains of those ended with that are known already: from `first` on.
    std::uint32_t ended = 0, first = 0;
    std::uint32_t ends[64] = {};
  };

  /// The array, filled with the same random words in every run.
  struct Shared {
    static constexpr std::size_t kLineWords = 16;
    std::vector<std::uint32_t> words;

    explicit Shared(const auto &args)
        : words(std::max(static_cast<std::size_t>(args.s * (1 << 20) / 4), kLineWords)) {
      MersenneTwister twister(1);
      for (std::uint32_t &word : words) word = twister.next();
    }
  };

  static bool is_far(const auto &self) {
    constexpr std::size_t kNearBytes = 1 << 18;
    const std::size_t bytes = self.shared.words.size() * sizeof(std::uint32_t);
    return bytes > kNearBytes && self.args.n != 0 && self.args.r == 0;
  }

  static void prepare(const auto &self, const auto &) { ++self.state.waiting; }

  static void push(auto &self, auto &packet, auto input) {
    State &state = self.state;
    if (self.args.r != 0)
      state.sum += work(self, packet);  // the packet has a say in it
    else
      state.sum += state.waiting != 0 ? end_first(self) : work(self, packet);
    ++state.count;
    emit<decltype(input)::port>(self, packet);
  }

 private:
  PMILL_INLINE static std::uint32_t work(auto &self, const auto &packet) {
    std::uint32_t r = begin(self);
    for (std::uint32_t i = 0; i < self.args.n; ++i) r = mixed(access(self, packet, r), r);
    return r;
  }

  /// Where the chain of the next packet begins. Packets in a row begin far from each other.
  PMILL_INLINE static std::uint32_t begin(const auto &self) {
    State &state = self.state;
    std::uint32_t r = ++state.begun * 0x9e3779b1u;
    r += self.worker.index * 0x85ebca6bu;
    for (std::uint32_t i = 0; i < self.args.w; ++i) r ^= state.twister.next();
    return r;
  }
  /// What the chain of the first packet that waits ends with.
  PMILL_INLINE static std::uint32_t end_first(auto &self) {
    State &state = self.state;
    if (state.ended == 0) end_all<OutOfLine<decltype(self)>>(rarely(self));
    --state.waiting, --state.ended;
    return state.ends[state.first++];
  }
  /// Does the accesses of all packets that wait in turns: those of different packets do not wait
  /// for each other (Chen, Ailamaki, Gibbons and Mowry, "Improving hash join performance through
  /// prefetching", ICDE 2004: in groups).
  template <typename S>
  [[gnu::noinline]] static void end_all(S self) {
    State &state = self.state;
    const auto &words = self.shared.words;
    const std::uint32_t *const array = words.data();
    const std::uint64_t size = words.size();
    std::uint32_t *const __restrict chains = state.ends;
    const std::uint32_t count = std::min<std::uint32_t>(state.waiting, std::size(state.ends));
    for (std::uint32_t k = 0; k < count; ++k) chains[k] = begin(self);
    for (std::uint32_t i = 0; i < self.args.n; ++i)
      for (std::uint32_t k = 0; k < count; ++k)
        chains[k] = mixed(array[scaled(chains[k], size)], chains[k]);
    state.ended = count, state.first = 0;
  }

  static constexpr std::uint32_t mixed(std::uint32_t word, std::uint32_t r) {
    return word ^ r << 24 ^ r << 16 ^ r << 8 ^ r >> 16;
  }

  /// The high bits of `r` say where, its low ones whether that is in the packet.
  PMILL_INLINE static std::uint32_t access(auto &self, const auto &packet, std::uint32_t r) {
    constexpr std::uint32_t kHeaders = 54;  // of Ethernet, IPv4 and TCP
    const std::uint32_t bytes =
        self.args.payload ? packet.length() : std::min(packet.length(), kHeaders);
    if (scaled(r << 16, 100) < self.args.r && bytes >= sizeof(std::uint32_t)) {
      std::uint32_t word;
      std::memcpy(&word, packet.data() + scaled(r, bytes - 3), sizeof word);
      return word;
    }
    const auto &words = self.shared.words;
    return words[scaled(r, words.size())];
  }

  /// A number below `most`, which is at most 2^32, in proportion to `r`.
  PMILL_INLINE static std::uint32_t scaled(std::uint32_t r, std::uint64_t most) {
    return static_cast<std::uint32_t>(r * most >> 32);
  }
};

}  // namespace pmill::elements
