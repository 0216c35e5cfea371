// SPDX-License-Identifier: BSD-3-Clause
// Decision programs over a packet's bytes, as Click's Classifier runs them.
//
// pmill/elaborate/lowerings/classifier.py makes the programs. A program known when compiling
// becomes straight code, one masked compare and one branch a step; any other is interpreted.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <pmill/args.hh>
#include <pmill/attributes.hh>
#include <pmill/values.hh>
#include <string_view>
#include <type_traits>

namespace pmill {

/// One step: are the bits of `mask` in the four bytes at `offset` those of `value`?
///
/// `mask` and `value` are written as the bytes lie in the packet, first byte first, so that
/// 12/08060000%ffff0000 is {12, 0xffff0000, 0x08060000, …}. `yes` and `no` say what follows:
/// a positive number is a step, which always comes later in the program; any other is an output,
/// negated, or kNoOutput. When the packet has not all bytes of the mask, the answer is no.
struct ClassifierNode {
  std::uint32_t offset = 0;
  std::uint32_t mask = 0;
  std::uint32_t value = 0;
  std::int32_t yes = 0;
  std::int32_t no = 0;
  constexpr bool operator==(const ClassifierNode &) const = default;

  /// First byte after `offset` that matters, and the first one behind those that matter.
  constexpr std::uint32_t first() const { return mask == 0 ? 0 : std::countl_zero(mask) / 8; }
  constexpr std::uint32_t last() const { return mask == 0 ? 0 : 4 - std::countr_zero(mask) / 8; }
  /// How long a packet must be to have the bytes that matter.
  constexpr std::uint32_t end() const { return mask == 0 ? 0 : offset + last(); }
};

/// Reads `OFFSET,MASK,VALUE,YES,NO`, all decimal.
inline void parse(ClassifierNode &node, std::string_view text) {
  parse(node.offset, detail::next_item(text, ','));
  parse(node.mask, detail::next_item(text, ','));
  parse(node.value, detail::next_item(text, ','));
  parse(node.yes, detail::next_item(text, ','));
  parse(node.no, text);
}

namespace classifier {

/// The jump of packets that match no pattern.
inline constexpr std::int32_t kNoOutput = -65536;

/// The output, negated, of a jump that ends the program.
constexpr std::size_t output(std::int32_t jump) { return static_cast<std::size_t>(-jump); }

/// One step on a packet of any length.
inline std::int32_t step(const ClassifierNode &n, const std::uint8_t *data, std::uint32_t length) {
  if (n.mask == 0) return n.yes;
  if (n.end() > length) return n.no;
  std::uint32_t word = 0;
  std::memcpy(&word, data + n.offset, n.last());
  return (net32(word) & n.mask) == n.value ? n.yes : n.no;
}

/// Runs any program, from step `at` or from the jump that it is, on a packet of any length; returns
/// the last jump.
inline std::int32_t interpret(const auto &program, const std::uint8_t *data, std::uint32_t length,
                              std::int32_t at = 0) {
  do at = step(program[static_cast<std::size_t>(at)], data, length);
  while (at > 0);
  return at;
}

/// The same out of line.
PMILL_COLD std::int32_t interpret_rarely(const auto &program, const std::uint8_t *data,
                                         std::uint32_t length, std::int32_t at) {
  return interpret(program, data, length, at);
}

/// How long a packet is known to be at every step: it passed a test of its length before, on
/// whichever way it came. Jumps lead to later steps only, so one round over the program is enough.
template <std::size_t Steps>
constexpr auto known_lengths(const std::array<ClassifierNode, Steps> &program) {
  std::array<std::uint32_t, Steps> known{};
  std::array<bool, Steps> reached{};
  for (std::size_t at = 0; at < Steps; ++at) {
    const std::uint32_t after = std::max(known[at], program[at].end());
    for (const std::int32_t jump : {program[at].yes, program[at].no}) {
      if (jump <= 0) continue;
      auto &there = known[static_cast<std::size_t>(jump)];
      auto &seen = reached[static_cast<std::size_t>(jump)];
      there = seen ? std::min(there, after) : after;
      seen = true;
    }
  }
  return known;
}

/// A program that is a compile-time constant, `Args::program`, as code. A length is tested where
/// the first byte of it is wanted, and not again behind: what follows knows it, too.
template <typename Args>
struct Unrolled {
  static constexpr auto &program = Args::program;
  static constexpr auto known = known_lengths(program);

  /// Number of jumps to step `at`.
  static constexpr unsigned uses(std::size_t at) {
    unsigned n = 0;
    for (const ClassifierNode &node : program)
      n += (node.yes == static_cast<std::int32_t>(at)) + (node.no == static_cast<std::int32_t>(at));
    return n;
  }

  /// The only output that packets shorter than `length` can have from a jump on, or `kMany`.
  static constexpr std::int32_t kMany = 1;
  static constexpr std::int32_t only_output(std::int32_t jump, std::uint32_t length) {
    std::array<bool, program.size()> reached{};
    std::int32_t found = kMany;
    const auto go = [&](std::int32_t to) {
      if (to > 0) return reached[static_cast<std::size_t>(to)] = true;
      if (found != kMany && found != to) return false;
      found = to;
      return true;
    };
    if (!go(jump)) return kMany;
    for (std::size_t at = 0; at < program.size(); ++at) {
      if (!reached[at]) continue;
      const ClassifierNode &node = program[at];
      if (node.end() < length && !go(node.yes)) return kMany;
      if (node.mask != 0 && !go(node.no)) return kMany;
    }
    return found;
  }

  /// Whether a packet that has the bytes of a step answers yes to it. Only bytes that matter are
  /// read: those behind them need not be the packet's.
  template <std::size_t At>
  PMILL_INLINE static bool matches(const std::uint8_t *data) {
    constexpr ClassifierNode node = program[At];
    constexpr bool whole = node.offset + 4 <= std::max(known[At], node.end());
    constexpr std::uint32_t from = whole ? 0 : node.first();
    constexpr std::uint32_t bytes = (whole ? 4 : node.last()) - from;
    constexpr std::uint32_t mask = net32(node.mask) >> (8 * from);
    constexpr std::uint32_t value = net32(node.value) >> (8 * from);
    std::uint32_t word = 0;
    std::memcpy(&word, data + node.offset + from, bytes);
    return (word & mask) == value;
  }

  template <std::int32_t Jump>
  PMILL_INLINE static std::int32_t follow(const std::uint8_t *data, std::uint32_t length) {
    if constexpr (Jump <= 0)
      return Jump;
    else if constexpr (uses(Jump) == 1)
      return run_inline<Jump>(data, length);
    else
      return run<Jump>(data, length);
  }
  template <std::size_t At>
  PMILL_INLINE static std::int32_t run_inline(const std::uint8_t *data, std::uint32_t length) {
    constexpr ClassifierNode node = program[At];
    if constexpr (node.mask == 0) return follow<node.yes>(data, length);
    if constexpr (node.end() > known[At])
      if (length < node.end()) [[unlikely]]
        return too_short<node.no, node.end()>(data, length);
    return matches<At>(data) ? follow<node.yes>(data, length) : follow<node.no>(data, length);
  }
  /// Steps that several jumps lead to: left to the inliner, because copies of copies explode.
  template <std::size_t At>
  static std::int32_t run(const std::uint8_t *data, std::uint32_t length) {
    return run_inline<At>(data, length);
  }
  /// Where a packet with fewer bytes than `Length` goes from a jump on: mostly there is one answer.
  template <std::int32_t Jump, std::uint32_t Length>
  PMILL_INLINE static std::int32_t too_short(const std::uint8_t *data, std::uint32_t length) {
    constexpr std::int32_t only = only_output(Jump, Length);
    if constexpr (only != kMany)
      return only;
    else
      return interpret_rarely(program, data, length, Jump);
  }
};

/// Runs the program of an element's arguments; returns the output of the packet, which is no
/// output at all when no pattern matches.
PMILL_INLINE std::size_t classify(auto &self, const std::uint8_t *data, std::uint32_t length) {
  using Self = std::remove_cvref_t<decltype(self)>;
  if constexpr (Self::frozen) {
    return output(Unrolled<typename Self::Args>::template run_inline<0>(data, length));
  } else {
    return output(interpret(self.args.program, data, length));
  }
}

}  // namespace classifier
}  // namespace pmill
