// SPDX-License-Identifier: BSD-3-Clause
// A program that an application calls: templates/library.h.j2 says what for. A part of the runtime
// that only libraries contain.
#include "library/entries.cc"
#include "library/instance.cc"
#include "library/port.cc"
