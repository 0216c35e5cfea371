// SPDX-License-Identifier: BSD-3-Clause
// Attributes under names that say what they are for.
#pragma once

/// Glue that must vanish: without it packets could not be kept in registers.
#define PMILL_INLINE [[gnu::always_inline, clang::internal_linkage]] inline
/// Code that packets rarely reach.
#define PMILL_COLD [[gnu::noinline, gnu::cold]]
