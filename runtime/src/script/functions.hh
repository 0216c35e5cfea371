// SPDX-License-Identifier: BSD-3-Clause
// The functions of scripts: `$(add 1 2)`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "../control/control.hh"

namespace pmill::runtime {

/// A function over plain words. It puts its value, or why it has none, into `out`.
struct ScriptFunction {
  std::string_view name;
  bool (*run)(const std::vector<std::string> &arguments, std::string &out);
};
/// All that need nothing but their arguments and the program.
std::vector<ScriptFunction> script_functions();

/// Whether a text means true: Click's booleans, or a number that is not 0.
bool is_true(std::string_view text);
/// A point in time as seconds with nine digits.
std::string time_text(std::int64_t ns);

}  // namespace pmill::runtime
