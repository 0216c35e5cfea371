// SPDX-License-Identifier: BSD-3-Clause
// Things of one kind that workers take and give back all the time: each worker has a stock of its
// own, of which the last one that came goes first, because it is still in the processor's cache.
// What one worker has too much of, others get from a depot, many at once.
#pragma once

#include <rte_malloc.h>
#include <rte_spinlock.h>

#include <cstddef>
#include <cstring>
#include <pmill/attributes.hh>
#include <utility>

namespace pmill {

/// All things that no worker has. What can be done with it takes a lock.
template <typename T>
class Depot {
 public:
  /// Makes room for `capacity` things; false when there is no memory. Once.
  bool prepare(std::size_t capacity, int socket) {
    things_ = static_cast<T **>(rte_malloc_socket("pmill", capacity * sizeof(T *), 64, socket));
    return things_ != nullptr;
  }
  /// Takes up to `most` things and returns how many.
  std::size_t take(T **into, std::size_t most) {
    rte_spinlock_lock(&lock_);
    const std::size_t n = most < count_ ? most : count_;
    count_ -= n;
    std::memcpy(into, things_ + count_, n * sizeof(T *));
    rte_spinlock_unlock(&lock_);
    return n;
  }
  void give(T *const *from, std::size_t n) {
    rte_spinlock_lock(&lock_);
    std::memcpy(things_ + count_, from, n * sizeof(T *));
    count_ += n;
    rte_spinlock_unlock(&lock_);
  }
  /// How many there are now.
  std::size_t count() const { return count_; }

 private:
  rte_spinlock_t lock_ = RTE_SPINLOCK_INITIALIZER;
  std::size_t count_ = 0;
  T **things_ = nullptr;
};

/// What one worker has.
template <typename T>
class Stock {
 public:
  /// The most things that lie in a stock.
  static constexpr unsigned kRoom = 256;
  /// How many are taken at once by who needs many.
  static constexpr unsigned kSome = 32;

  explicit Stock(Depot<T> &depot) : depot_(depot) {}
  Stock(const Stock &) = delete;
  Stock &operator=(const Stock &) = delete;

  /// Takes one; nullptr when neither the stock nor the depot has any.
  PMILL_INLINE T *take() {
    if (count_ == 0 && !refill(1)) [[unlikely]]
      return nullptr;
    return things_[--count_];
  }
  PMILL_INLINE void give(T *thing) {
    if (count_ == kRoom) [[unlikely]]
      spill();
    things_[count_++] = thing;
  }
  /// Takes some, which are kSome but for when there are not so many, and returns how many.
  PMILL_INLINE unsigned take_some(T **into) {
    if (count_ < kSome && !refill(kSome)) [[unlikely]]
      return take_rest(into);
    count_ -= kSome;
    std::memcpy(into, things_ + count_, kSome * sizeof(T *));
    return kSome;
  }
  /// Gives any number.
  [[gnu::noinline]] void give(T *const *from, unsigned n) {
    while (n != 0) {
      if (count_ == kRoom) spill();
      const unsigned now = n < kRoom - count_ ? n : kRoom - count_;
      std::memcpy(things_ + count_, from, now * sizeof(T *));
      count_ += now, from += now, n -= now;
    }
  }
  /// How many lie in the stock.
  unsigned count() const { return count_; }
  /// Puts all back into the depot.
  void empty() {
    depot_.give(things_, count_);
    count_ = 0;
  }

 private:
  static constexpr unsigned kBatch = kRoom / 2;

  [[gnu::noinline]] bool refill(unsigned wanted) {
    count_ += static_cast<unsigned>(depot_.take(things_ + count_, kBatch));
    return count_ >= wanted;
  }
  [[gnu::noinline]] unsigned take_rest(T **into) {
    std::memcpy(into, things_, count_ * sizeof(T *));
    return std::exchange(count_, 0);
  }
  /// The things that came first, which are the coldest, go.
  [[gnu::noinline]] void spill() {
    depot_.give(things_, kBatch);
    count_ -= kBatch;
    std::memmove(things_, things_ + kBatch, count_ * sizeof(T *));
  }

  Depot<T> &depot_;
  unsigned count_ = 0;
  T *things_[kRoom];
};

}  // namespace pmill
