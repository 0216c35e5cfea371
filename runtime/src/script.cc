// SPDX-License-Identifier: BSD-3-Clause
// The interpreter of scripts, for programs that have one: a part of the runtime that is compiled
// when the first one does.
#include "script/script.cc"

#include "script/functions.cc"
#include "script/numbers.cc"
#include "script/variables.cc"
#include "script/words.cc"
