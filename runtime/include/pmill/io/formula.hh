// SPDX-License-Identifier: BSD-3-Clause
// Functions of one number that a configuration writes, such as `100 + 50 * sin(x)`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pmill {

/// A function of `x`: numbers, x, pi, + - * / ^, parentheses, sin cos exp log sqrt abs.
class Formula {
 public:
  /// Reads the text; the empty string, or what is wrong with it.
  std::string compile(std::string_view text);

  double operator()(double x) const;

 private:
  struct Step {
    char op;
    double number = 0;
    double (*function)(double) = nullptr;
  };

  // Each level reads operands of the next one; `depth` bounds nesting, and so the stack.
  void sum(std::size_t depth);
  void product(std::size_t depth);
  void chain(std::size_t depth, std::string_view operators, void (Formula::*operand)(std::size_t));
  void signed_power(std::size_t depth);
  void atom(std::size_t depth);

  /// Whether `word` comes next, after spaces; the empty word is the end.
  bool peek(std::string_view word);
  bool take(std::string_view word);
  void complain(std::string_view wanted);

  std::string_view left_;
  std::string error_;
  std::vector<Step> code_;
};

}  // namespace pmill
