// SPDX-License-Identifier: BSD-3-Clause
// Texts in Click's quoting: words, what quotes mean, and variables in them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pmill::runtime {

/// Takes the quotes and escapes of a text away: `"a\tb" 'c'` is a, a tab, b, a space and c.
std::string unquoted(std::string_view text);
/// Splits a text at spaces outside of quotes and parentheses; quotes stay.
std::vector<std::string> words_of(std::string_view text);
/// The same with the quotes of each word taken away.
std::vector<std::string> plain_words_of(std::string_view text);
/// Cuts the first word off a text, and the spaces behind it.
std::string cut_word(std::string_view &text);

/// Puts values in place of `$name`, `${name}` and `$(call arguments)`, but not between single
/// quotes. Between double quotes, what a value would do to them is escaped. `variable` and `call`
/// say what the values are; false from `variable` leaves the text as it is.
struct Expander {
  std::function<bool(std::string_view name, std::string &value)> variable;
  std::function<std::string(std::string_view call)> call;
};
std::string expanded(std::string_view text, const Expander &expander);

}  // namespace pmill::runtime
