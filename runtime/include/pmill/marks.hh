// SPDX-License-Identifier: BSD-3-Clause
// Marks in the machine code, for pmill's LLVM passes: they tell per-packet code from the rest of
// the worker's loop by them, whatever the optimiser has made of it. A mark is an empty instruction;
// its text is known to pmill/llvm/hot.py or field_access.py.
#pragma once

#include <pmill/attributes.hh>

namespace pmill {

/// The turn of an instance: from here on code runs for the packets it makes or pulls.
template <unsigned Number>
PMILL_INLINE void begin_turn() {
  asm volatile("# pmill: turn of %c0" ::"i"(Number));
}
/// The end of a turn.
PMILL_INLINE void end_turn() { asm volatile("# pmill: end of turn"); }

/// A packet was found where it was parked: in the private area of this buffer.
PMILL_INLINE void mark_parked(const void *buffer) {
  asm volatile("# pmill: parked in %0" ::"r"(buffer));
}

}  // namespace pmill
