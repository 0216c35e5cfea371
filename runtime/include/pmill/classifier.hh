// SPDX-License-Identifier: BSD-3-Clause
// Decision programs over a packet's bytes, as Click's Classifier runs them.
//
// pmill/elaborate/lowerings/classifier.py and ipfilter.py make the programs. A program known when
// compiling becomes straight code, one masked compare and one branch a step; any other, and one of
// very many steps, is interpreted. Many rules are found in tables instead: match/vectors.hh.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/match/boxes.hh>
#include <pmill/match/bytes.hh>
#include <pmill/match/vectors.hh>
#include <pmill/values.hh>
#include <type_traits>
#include <utility>

namespace pmill::classifier {

/// One step on a packet of any length.
template <std::size_t Headers>
std::int32_t step(const ClassifierNode &n, const Bytes<Headers> &bytes) {
  const std::uint8_t *const from = bytes.at(n);
  std::uint32_t word = 0;
  if (n.mask != 0 && bytes.end - from >= static_cast<std::ptrdiff_t>(sizeof word)) [[likely]] {
    std::memcpy(&word, from, sizeof word);  // the mask says which of them count
  } else {
    if (!bytes.has(n)) return n.no;
    if (n.mask == 0) return n.yes;
    for (std::uint32_t i = 0; i < n.last(); ++i) word |= std::uint32_t{from[i]} << (8 * i);
  }
  return (net32(word) & n.mask) == n.value ? n.yes : n.no;
}

/// Runs any program, from step `at` or from the jump that it is, on a packet of any length, out of
/// line; returns the last jump.
template <std::size_t Headers>
PMILL_COLD std::int32_t interpret_rarely(const auto &program, std::int32_t at, auto... parts) {
  const auto bytes = Bytes<Headers>::of_parts(parts...);
  do at = step(program[static_cast<std::size_t>(at)], bytes);
  while (at > 0);
  return at;
}

/// The same for the usual packet, which has four bytes wherever something is compared.
template <std::size_t Headers>
std::int32_t interpret(const auto &program, const Bytes<Headers> &bytes, std::int32_t at = 0) {
  do {
    const ClassifierNode &n = program[static_cast<std::size_t>(at)];
    const std::uint8_t *const from = bytes.at(n);
    std::uint32_t word;
    if (n.mask == 0 || bytes.end - from < static_cast<std::ptrdiff_t>(sizeof word)) [[unlikely]]
      return bytes.in_parts(
          [&](auto... parts) { return interpret_rarely<Headers>(program, at, parts...); });
    std::memcpy(&word, from, sizeof word);  // the mask says which of them count
    at = (net32(word) & n.mask) == n.value ? n.yes : n.no;
  } while (at > 0);
  return at;
}

/// How many bytes from each header a packet is known to have at every step: it passed a test of
/// its length before, on whichever way it came. Jumps lead to later steps only, so one round over
/// the program is enough.
template <std::size_t Headers, std::size_t Steps>
constexpr auto known_lengths(const std::array<ClassifierNode, Steps> &program) {
  std::array<std::array<std::uint32_t, Headers>, Steps> known{};
  std::array<bool, Steps> reached{};
  for (std::size_t at = 0; at < Steps; ++at) {
    auto after = known[at];
    auto &length = after[Bytes<Headers>::header(program[at])];
    length = std::max(length, Bytes<Headers>::needed(program[at]));
    for (const std::int32_t jump : {program[at].yes, program[at].no}) {
      if (jump <= 0) continue;
      auto &there = known[static_cast<std::size_t>(jump)];
      auto &seen = reached[static_cast<std::size_t>(jump)];
      for (std::size_t i = 0; i < Headers; ++i)
        there[i] = seen ? std::min(there[i], after[i]) : after[i];
      seen = true;
    }
  }
  return known;
}

/// A program that is a compile-time constant, `Args::program`, as code. A length is tested where
/// the first byte of it is wanted, and not again behind: what follows knows it, too. `Usual` is the
/// jump with which most packets end; kAny where nobody knows.
template <typename Args, std::size_t Headers, std::int32_t Usual>
struct Unrolled {
  using From = Bytes<Headers>;
  static constexpr auto &program = Args::program;
  static constexpr auto known = known_lengths<Headers>(program);

  /// Whether the usual jump lies behind each step.
  static constexpr auto usually = [] {
    std::array<bool, program.size()> behind{};
    for (std::size_t at = program.size(); at-- > 0;)  // jumps lead to later steps
      for (const std::int32_t jump : {program[at].yes, program[at].no})
        behind[at] |= jump <= 0 ? jump == Usual : behind[static_cast<std::size_t>(jump)];
    return behind;
  }();
  static constexpr bool is_usual(std::int32_t jump) {
    return jump <= 0 ? jump == Usual : usually[static_cast<std::size_t>(jump)];
  }

  /// Number of jumps to step `at`.
  static constexpr unsigned uses(std::size_t at) {
    unsigned n = 0;
    for (const ClassifierNode &node : program)
      n += (node.yes == static_cast<std::int32_t>(at)) + (node.no == static_cast<std::int32_t>(at));
    return n;
  }
  /// How many bytes of its header a packet is known to have at step `at`.
  static constexpr std::uint32_t length_at(std::size_t at) {
    return known[at][From::header(program[at])];
  }

  /// The only output that packets without the bytes of step `short_of` can have from a jump on, or
  /// `kMany`.
  static constexpr std::int32_t kMany = 1;
  static constexpr std::int32_t only_output(std::int32_t jump, std::size_t short_of) {
    std::array<bool, program.size()> reached{};
    std::int32_t found = kMany;
    const auto go = [&](std::int32_t to) {
      if (to > 0) return reached[static_cast<std::size_t>(to)] = true;
      if (found != kMany && found != to) return false;
      found = to;
      return true;
    };
    const auto fails = [missing = program[short_of]](const ClassifierNode &node) {
      return From::header(node) == From::header(missing) &&
             From::needed(node) >= From::needed(missing);
    };
    if (!go(jump)) return kMany;
    for (std::size_t at = 0; at < program.size(); ++at) {
      if (!reached[at]) continue;
      const ClassifierNode &node = program[at];
      if (!fails(node) && !go(node.yes)) return kMany;
      if (!node.always() && !go(node.no)) return kMany;
    }
    return found;
  }

  /// Whether a packet that has the bytes of a step answers yes to it. Only bytes that matter are
  /// read: those behind them need not be the packet's.
  template <std::size_t At>
  PMILL_INLINE static bool matches(const From &packet) {
    constexpr ClassifierNode node = program[At];
    constexpr bool whole = From::offset(node) + 4 <= std::max(length_at(At), From::needed(node));
    constexpr std::uint32_t from = whole ? 0 : node.first();
    constexpr std::uint32_t bytes = (whole ? 4 : node.last()) - from;
    constexpr std::uint32_t mask = net32(node.mask) >> (8 * from);
    constexpr std::uint32_t value = net32(node.value) >> (8 * from);
    std::uint32_t word = 0;
    std::memcpy(&word, packet.at(node) + from, bytes);
    return (word & mask) == value;
  }

  template <std::int32_t Jump>
  PMILL_INLINE static std::int32_t follow(const From &packet) {
    if constexpr (Jump <= 0)
      return Jump;
    else if constexpr (uses(Jump) == 1)
      return run_inline<Jump>(packet);
    else
      return packet.in_parts([](auto... parts)
                                 __attribute__((always_inline)) { return run<Jump>(parts...); });
  }
  template <std::size_t At>
  PMILL_INLINE static std::int32_t run_inline(const From &packet) {
    constexpr ClassifierNode node = program[At];
    if constexpr (node.always()) return follow<node.yes>(packet);
    if constexpr (From::needed(node) > length_at(At))
      if (!packet.has(node)) [[unlikely]]
        return too_short<node.no, At>(packet);
    if constexpr (node.mask == 0) return follow<node.yes>(packet);
    constexpr bool usual = is_usual(node.yes);
    if constexpr (usual != is_usual(node.no)) {
      if (__builtin_expect(matches<At>(packet), usual)) return follow<node.yes>(packet);
      return follow<node.no>(packet);
    }
    return matches<At>(packet) ? follow<node.yes>(packet) : follow<node.no>(packet);
  }
  /// Steps that several jumps lead to: left to the inliner, because copies of copies explode.
  template <std::size_t At>
  static std::int32_t run(auto... parts) {
    return run_inline<At>(From::of_parts(parts...));
  }
  /// Where a packet without the bytes of step `At` goes from a jump on: mostly there is one answer.
  template <std::int32_t Jump, std::size_t At>
  PMILL_INLINE static std::int32_t too_short(const From &packet) {
    constexpr std::int32_t only = only_output(Jump, At);
    if constexpr (only != kMany)
      return only;
    else
      return packet.in_parts([](auto... parts) __attribute__((always_inline)) {
        return interpret_rarely<Headers>(program, Jump, parts...);
      });
  }
};

/// The jump with which most packets leave the program of an instance, if that is known.
inline constexpr std::int32_t kAny = 1;
template <typename Self>
constexpr std::int32_t usual_jump() {
  if constexpr (requires { Self::Instance::usual; })
    return -static_cast<std::int32_t>(Self::Instance::usual);
  else
    return kAny;
}

/// Steps of a program that becomes code: more take clang very long and fill the cache.
inline constexpr std::size_t kMostUnrolled = 1024;

/// Where packets left the program of an instance, by its steps, in programs that count that.
template <typename D>
  requires requires { D::decisions; }
inline std::uint64_t decision_counts[D::decisions]{};

/// Runs a program, and counts the step that decides.
template <typename D, std::size_t Headers>
std::int32_t count_decision(const auto &program, const Bytes<Headers> &bytes) {
  std::int32_t at = 0, last = 0;
  do {
    last = at;
    at = step(program[static_cast<std::size_t>(at)], bytes);
  } while (at > 0);
  __atomic_fetch_add(&decision_counts<D>[last], 1, __ATOMIC_RELAXED);
  return at;
}

/// Runs the program of an element's arguments; returns the output of the packet, which is no
/// output at all when no pattern matches.
template <std::size_t Headers>
PMILL_INLINE std::size_t classify(auto &self, const Bytes<Headers> &bytes) {
  using Self = std::remove_cvref_t<decltype(self)>;
  if constexpr (requires { Self::Instance::decisions; }) {
    return output(count_decision<typename Self::Instance>(self.args.program, bytes));
  } else if constexpr (!Self::frozen) {
    return output(interpret(self.args.program, bytes));
  } else if constexpr (requires { Self::Args::program.boxes; }) {
    return output(BoxSearch<typename Self::Args, Headers>::run(bytes));
  } else if constexpr (requires { Self::Args::program.vectors; }) {
    return output(VectorSearch<typename Self::Args, Headers>::run(bytes));
  } else if constexpr (Self::Args::program.size() > kMostUnrolled) {
    return output(interpret(Self::Args::program, bytes));
  } else {
    using Code = Unrolled<typename Self::Args, Headers, usual_jump<Self>()>;
    return output(Code::template run_inline<0>(bytes));
  }
}

/// The same for a program whose offsets count from the packet's first byte.
PMILL_INLINE std::size_t classify(auto &self, const auto &packet) {
  return classify(self, Bytes<1>{.start = {packet.data()}, .end = packet.end()});
}

}  // namespace pmill::classifier
