// SPDX-License-Identifier: BSD-3-Clause
// Under ThreadSanitizer, what passes from one thread to another where that sanitizer sees nothing:
// DPDK's libraries, whose pools and drivers hand buffers on, are compiled without it. In other
// builds all of this is nothing.
#pragma once

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PMILL_HAND_OVER 1
#include <sanitizer/tsan_interface.h>
#endif
#endif

namespace pmill::hand_over {

/// Whoever takes one of `objects` after this sees all that was written before.
template <typename T>
[[gnu::always_inline]] inline void give([[maybe_unused]] T *const *objects,
                                        [[maybe_unused]] unsigned count) {
#ifdef PMILL_HAND_OVER
  for (unsigned i = 0; i < count; ++i) __tsan_release(objects[i]);
#endif
}

/// The objects came from whoever gave them.
template <typename T>
[[gnu::always_inline]] inline void take([[maybe_unused]] T *const *objects,
                                        [[maybe_unused]] unsigned count) {
#ifdef PMILL_HAND_OVER
  for (unsigned i = 0; i < count; ++i) __tsan_acquire(objects[i]);
#endif
}

}  // namespace pmill::hand_over
