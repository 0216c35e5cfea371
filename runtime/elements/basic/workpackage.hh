// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstring>
#include <pmill/element.hh>
#include <pmill/huge_array.hh>
#include <pmill/mersenne_twister.hh>
#include <pmill/out_of_line.hh>
#include <utility>

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
    std::uint32_t waiting = 0;  // packets that wait, of which nothing was done yet
    std::uint32_t done = 0;     // packets that wait, whose chains have ended
  };

  /// The array, filled with the same random words in every run.
  struct Shared {
    HugeArray<std::uint32_t> words;

    explicit Shared(const auto &args) : words(words_of(args)) {
      words.populate();
      MersenneTwister twister(1);
      for (std::size_t i = 0; i < words.size(); ++i) words[i] = twister.next();
    }
  };

  static bool is_far(const auto &self) {
    constexpr std::size_t kNearBytes = 1 << 18;
    return words_of(self.args) * sizeof(std::uint32_t) > kNearBytes && self.args.n != 0 &&
           self.args.r == 0;
  }

  static void prepare(const auto &self, const auto &) { ++self.state.waiting; }

  static void push(auto &self, auto &packet, auto input) {
    State &state = self.state;
    if (state.done != 0)
      --state.done;
    else if (state.waiting != 0 && self.args.r == 0)  // otherwise the packet has a say in it
      work_off<OutOfLine<decltype(self)>>(rarely(self));
    else
      state.sum += work(self, packet);
    ++state.count;
    emit<decltype(input)::port>(self, packet);
  }

 private:
  PMILL_INLINE static std::uint32_t work(auto &self, const auto &packet) {
    std::uint32_t r = begin(self, ++self.state.begun);
    for (std::uint32_t i = 0; i < self.args.n; ++i) r = mixed(access(self, packet, r), r);
    return r;
  }

  /// Where the chain of a packet begins, from 1. Packets in a row begin far from each other.
  PMILL_INLINE static std::uint32_t begin(const auto &self, std::uint32_t number) {
    const std::uint32_t r = number * 0x9e3779b1u + self.worker.index * 0x85ebca6bu;
    return r ^ self.state.twister.next_joined(self.args.w);
  }
  /// Does the accesses of all packets that wait in turns: those of different packets do not wait
  /// for each other (Chen, Ailamaki, Gibbons and Mowry, "Improving hash join performance through
  /// prefetching", ICDE 2004: in groups). The first of them does not wait any more.
  template <typename S>
  [[gnu::noinline]] static void work_off(S self) {
    State &state = self.state;
    constexpr std::uint32_t kGroup = 64;
    std::uint32_t begun = state.begun;
    for (std::uint32_t left = state.waiting; left != 0;) {
      const std::uint32_t count = std::min(left, kGroup);
      std::uint32_t chains[kGroup];
      for (std::uint32_t k = 0; k < count; ++k) chains[k] = begin(self, begun + k + 1);
      for (std::uint32_t i = 0; i < self.args.n; ++i)
        for (std::uint32_t k = 0; k < count; ++k)
          chains[k] = mixed(word(self, chains[k]), chains[k]);
      for (std::uint32_t k = 0; k < count; ++k) state.sum += chains[k];
      begun += count, left -= count;
    }
    state.begun = begun;
    state.done = std::exchange(state.waiting, 0) - 1;
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
    return word(self, r);
  }
  PMILL_INLINE static std::uint32_t word(const auto &self, std::uint32_t r) {
    return self.shared.words[scaled(r, words_of(self.args))];
  }
  /// How many words the array has. Not asked of the array: arguments may be constants.
  PMILL_INLINE static constexpr std::size_t words_of(const auto &args) {
    constexpr std::size_t kLineWords = 16;
    return std::max(static_cast<std::size_t>(args.s * (1 << 20) / 4), kLineWords);
  }

  /// A number below `most`, which is at most 2^32, in proportion to `r`.
  PMILL_INLINE static std::uint32_t scaled(std::uint32_t r, std::uint64_t most) {
    return static_cast<std::uint32_t>(r * most >> 32);
  }
};

}  // namespace pmill::elements
