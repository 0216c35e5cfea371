// SPDX-License-Identifier: BSD-3-Clause
// IP summary dumps, for programs that read or write them: a part of the runtime that is compiled
// when the first one does.
#include "md5.cc"
#include "summary_build.cc"
#include "summary_fields.cc"
#include "summary_kinds.cc"
#include "summary_options.cc"
#include "summary_reader.cc"
#include "summary_view.cc"
#include "summary_words.cc"
#include "summary_writer.cc"
