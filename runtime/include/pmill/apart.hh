// SPDX-License-Identifier: BSD-3-Clause
// Memory that one worker writes, kept apart from what others use: a cache line that two write, or
// one writes and another reads, goes back and forth between them for every packet.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

namespace pmill {

/// How far apart: two cache lines, because processors fetch the other of a pair, too.
inline constexpr std::size_t kApart = 128;
inline constexpr std::size_t kLine = 64;
inline constexpr std::size_t kPage = 4096;

struct FreeApart {
  template <typename T>
  void operator()(T *array) const {
    ::operator delete(array, std::align_val_t{kApart});
  }
};

/// An array of plain values that shares no cache line with anything else.
template <typename T>
using ApartArray = std::unique_ptr<T[], FreeApart>;

/// Makes one of `count` zeros.
template <typename T>
  requires std::is_trivially_destructible_v<T>
ApartArray<T> make_apart(std::size_t count) {
  const std::size_t bytes = (count * sizeof(T) + kApart - 1) / kApart * kApart;
  auto *array = static_cast<T *>(::operator new(bytes, std::align_val_t{kApart}));
  std::uninitialized_value_construct_n(array, count);
  return ApartArray<T>(array);
}

}  // namespace pmill
