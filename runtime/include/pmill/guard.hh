// SPDX-License-Identifier: BSD-3-Clause
// A lock for what several workers use; free of charge in a program that has one.
#pragma once

#include <rte_spinlock.h>

#include <pmill/attributes.hh>

namespace pmill {

/// Holds a lock where it is `needed`.
class Guard {
 public:
  PMILL_INLINE Guard(rte_spinlock_t &lock, bool needed) : lock_(lock), needed_(needed) {
    if (needed_) acquire(lock_);
  }
  PMILL_INLINE ~Guard() {
    if (needed_) release(lock_);
  }
  Guard(const Guard &) = delete;
  Guard &operator=(const Guard &) = delete;

 private:
  // Calls: taking a lock takes longer, and per-packet code may do it only here (contracts.txt).
  [[gnu::noinline]] static void acquire(rte_spinlock_t &lock) { rte_spinlock_lock(&lock); }
  [[gnu::noinline]] static void release(rte_spinlock_t &lock) { rte_spinlock_unlock(&lock); }

  rte_spinlock_t &lock_;
  bool needed_;
};

}  // namespace pmill
