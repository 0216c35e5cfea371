// SPDX-License-Identifier: BSD-3-Clause
// Captures that elements read and write, and the pace at which they are replayed: a part of the
// runtime that is compiled when the first program needs it.
#include "dump/formula.cc"
#include "dump/reader.cc"
#include "dump/replay.cc"
#include "dump/writer.cc"
