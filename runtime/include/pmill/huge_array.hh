// SPDX-License-Identifier: BSD-3-Clause
// Memory for tables that are asked at random: on huge pages where the kernel gives such, because a
// table of thousands of pages misses the TLB with every question.
#pragma once

#include <cstddef>
#include <utility>

namespace pmill {

/// Zeroed memory of the kernel; pages that nobody touches cost nothing. Ends the program when there
/// is none.
[[gnu::cold]] void *reserve_pages(std::size_t bytes);
/// Touches all of it, so that nobody waits for a page later. Ends the program when memory is short.
[[gnu::cold]] void populate_pages(void *memory, std::size_t bytes);
[[gnu::cold]] void release_pages(void *memory, std::size_t bytes);

/// An array of zeros of a trivial type.
template <typename T>
class HugeArray {
 public:
  HugeArray() = default;
  explicit HugeArray(std::size_t size)
      : items_(static_cast<T *>(reserve_pages(size * sizeof(T)))), size_(size) {}
  ~HugeArray() {
    if (items_ != nullptr) release_pages(items_, size_ * sizeof(T));
  }
  HugeArray(HugeArray &&other) noexcept
      : items_(std::exchange(other.items_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  HugeArray &operator=(HugeArray &&other) noexcept {
    std::swap(items_, other.items_);
    std::swap(size_, other.size_);
    return *this;
  }

  /// Has the memory made now, not when it is first used.
  [[gnu::cold]] void populate() { populate_pages(items_, size_ * sizeof(T)); }

  T *data() const { return items_; }
  std::size_t size() const { return size_; }
  T &operator[](std::size_t i) const { return items_[i]; }

 private:
  T *items_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace pmill
