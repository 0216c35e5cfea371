// SPDX-License-Identifier: BSD-3-Clause
// The MD5 message digest (RFC 1321): to tell payloads apart, for no secret.
#include "md5.hh"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace pmill {
namespace {

constexpr unsigned kBlock = 64;

struct Sines {
  std::uint32_t values[64];
  Sines() {
    for (unsigned i = 0; i < 64; ++i)
      values[i] = static_cast<std::uint32_t>(std::fabs(std::sin(i + 1.0)) * 0x1p32);
  }
};

void add_block(std::uint32_t (&state)[4], const std::uint8_t *block) {
  static const Sines sines;
  constexpr std::uint8_t kShifts[4][4]{
      {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  std::uint32_t words[16];
  std::memcpy(words, block, sizeof words);
  auto [a, b, c, d] = state;
  for (unsigned i = 0; i < 64; ++i) {
    std::uint32_t mixed = 0;
    unsigned word = 0;
    switch (i / 16) {
      case 0:
        mixed = (b & c) | (~b & d);
        word = i;
        break;
      case 1:
        mixed = (d & b) | (~d & c);
        word = 5 * i + 1;
        break;
      case 2:
        mixed = b ^ c ^ d;
        word = 3 * i + 5;
        break;
      default:
        mixed = c ^ (b | ~d);
        word = 7 * i;
    }
    mixed += a + sines.values[i] + words[word % 16];
    a = d;
    d = c;
    c = b;
    b += std::rotl(mixed, kShifts[i / 16][i % 4]);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

}  // namespace

void md5(std::string_view bytes, char *digest) {
  std::uint32_t state[4]{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  const std::uint64_t bits = bytes.size() * std::uint64_t{8};
  for (; bytes.size() >= kBlock; bytes.remove_prefix(kBlock))
    add_block(state, reinterpret_cast<const std::uint8_t *>(bytes.data()));
  // A one, zeros, and the length in the last eight bytes of a block.
  std::uint8_t tail[2 * kBlock]{};
  std::copy(bytes.begin(), bytes.end(), tail);
  tail[bytes.size()] = 0x80;
  const unsigned end = bytes.size() + 9 > kBlock ? 2 * kBlock : kBlock;
  std::memcpy(tail + end - 8, &bits, 8);
  for (unsigned at = 0; at < end; at += kBlock) add_block(state, tail + at);
  std::memcpy(digest, state, sizeof state);
}

}  // namespace pmill
