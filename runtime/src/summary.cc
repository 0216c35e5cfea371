// SPDX-License-Identifier: BSD-3-Clause
// IP summary dumps, for programs that read or write them: a part of the runtime that is compiled
// when the first one does.
#include "summary/build.cc"
#include "summary/fields.cc"
#include "summary/kinds.cc"
#include "summary/md5.cc"
#include "summary/options.cc"
#include "summary/reader.cc"
#include "summary/view.cc"
#include "summary/words.cc"
#include "summary/writer.cc"
