// SPDX-License-Identifier: BSD-3-Clause
// Under AddressSanitizer, the bytes of a buffer outside its packet are poisoned, so that reading
// or writing past [data, data + length) is reported though the buffer has room there. In other
// builds all of this is nothing.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PMILL_POISON 1
#include <sanitizer/asan_interface.h>
#endif
#endif

namespace pmill::poison {

/// Whether poisoning happens in this build.
#ifdef PMILL_POISON
inline constexpr bool enabled = true;
#else
inline constexpr bool enabled = false;
#endif

/// Makes bytes inaccessible.
[[gnu::always_inline]] inline void close([[maybe_unused]] const void *at,
                                         [[maybe_unused]] std::size_t bytes) {
#ifdef PMILL_POISON
  __asan_poison_memory_region(at, bytes);
#endif
}

/// Makes bytes accessible again.
[[gnu::always_inline]] inline void open([[maybe_unused]] const void *at,
                                        [[maybe_unused]] std::size_t bytes) {
#ifdef PMILL_POISON
  __asan_unpoison_memory_region(at, bytes);
#endif
}

}  // namespace pmill::poison
