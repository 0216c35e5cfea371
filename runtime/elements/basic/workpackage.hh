// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstring>
#include <pmill/element.hh>
#include <pmill/mersenne_twister.hh>
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
/// SUM is the sum of what packets ended with: nobody can leave the work out, and it repeats.
/// @workers Every worker draws random numbers of its own.
/// @group basic
/// @example FromDPDKDevice(0) -> WorkPackage(S 4, N 1, W 4) -> EtherMirror -> ToDPDKDevice(0);
struct WorkPackage {
  static constexpr Spec spec{
      .ports = "1-/=", .processing = "h/h", .flow = "#/#", .passes = true, .workers = "each"};

  struct Args {
    double s = 0;          ///< Size of the array in MiB. @range 0 16384
    std::uint32_t n = 0;   ///< Accesses for each packet.
    std::uint32_t r = 0;   ///< How many of a hundred accesses are to the packet. @range 0 100
    bool payload = false;  ///< Whether these may be anywhere in the packet.
    std::uint32_t w = 0;   ///< Random numbers for each packet.
  };

  struct State {
    Count count;  ///< @read Packets that passed.
    Count sum;    ///< @read The sum of the last words of their chains of accesses.

    MersenneTwister twister{};
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

  static void push(auto &self, auto &packet, auto input) {
    self.state.sum += work(self, packet);
    emit<decltype(input)::port>(self, packet);
  }

 private:
  PMILL_INLINE static std::uint32_t work(auto &self, const auto &packet) {
    auto &state = self.state;
    // Packets in a row begin far from each other.
    std::uint32_t r = static_cast<std::uint32_t>((++state.count).value) * 0x9e3779b1u;
    r += self.worker.index * 0x85ebca6bu;
    for (std::uint32_t i = 0; i < self.args.w; ++i) r ^= state.twister.next();
    for (std::uint32_t i = 0; i < self.args.n; ++i) {
      const std::uint32_t word = access(self, packet, r);
      r = word ^ r << 24 ^ r << 16 ^ r << 8 ^ r >> 16;
    }
    return r;
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
