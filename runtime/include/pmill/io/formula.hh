// SPDX-License-Identifier: BSD-3-Clause
// Functions of one number that a configuration writes, such as `100 + 50 * sin(x)`.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pmill {

/// A function of `x`: numbers, x, pi, + - * / ^, parentheses, sin cos exp log sqrt abs.
class Formula {
 public:
  /// Reads the text; the empty string, or what is wrong with it.
  std::string compile(std::string_view text) {
    left_ = text;
    code_.clear();
    error_.clear();
    sum(0);
    if (error_.empty() && !peek("")) complain("an operator");
    return error_;
  }

  double operator()(double x) const {
    std::array<double, kMaxDepth + 2> stack{};
    std::size_t top = 0;
    for (const Step &step : code_) {
      if (step.op == 'n' || step.op == 'x') {
        stack[top++] = step.op == 'x' ? x : step.number;
      } else if (step.function != nullptr) {
        stack[top - 1] = step.function(stack[top - 1]);
      } else {
        --top;
        stack[top - 1] = apply(step.op, stack[top - 1], stack[top]);
      }
    }
    return top == 1 ? stack[0] : 0;
  }

 private:
  struct Step {
    char op;
    double number = 0;
    double (*function)(double) = nullptr;
  };
  static constexpr std::size_t kMaxDepth = 64;

  static double apply(char op, double a, double b) {
    switch (op) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '/':
        return a / b;
      default:
        return std::pow(a, b);
    }
  }

  // Each level reads operands of the next one; `depth` bounds nesting, and so the stack.
  void sum(std::size_t depth) { chain(depth, "+-", &Formula::product); }
  void product(std::size_t depth) { chain(depth, "*/", &Formula::signed_power); }
  void chain(std::size_t depth, std::string_view operators, void (Formula::*operand)(std::size_t)) {
    (this->*operand)(depth + 1);
    while (error_.empty() && !peek("") && operators.find(left_.front()) != std::string_view::npos) {
      const char op = left_.front();
      left_.remove_prefix(1);
      (this->*operand)(depth + 1);
      code_.push_back({op});
    }
  }
  void signed_power(std::size_t depth) {
    if (depth > kMaxDepth - 4) return complain("less nesting");
    if (take("-")) {
      signed_power(depth + 1);
      code_.push_back({'f', 0, [](double v) { return -v; }});
      return;
    }
    atom(depth + 1);
    if (error_.empty() && take("^")) {
      signed_power(depth + 1);
      code_.push_back({'^'});
    }
  }
  void atom(std::size_t depth) {
    static constexpr std::pair<std::string_view, double (*)(double)> functions[] = {
        {"sin", std::sin}, {"cos", std::cos},   {"exp", std::exp},
        {"log", std::log}, {"sqrt", std::sqrt}, {"abs", std::fabs}};
    for (const auto &[name, function] : functions)
      if (take(name)) {
        if (!peek("(")) return complain("a parenthesis");
        atom(depth + 1);
        return code_.push_back({'f', 0, function});
      }
    if (take("x")) return code_.push_back({'x'});
    if (take("pi")) return code_.push_back({'n', 3.14159265358979323846});
    if (take("(")) {
      sum(depth + 1);
      if (error_.empty() && !take(")")) complain("a closing parenthesis");
      return;
    }
    double number = 0;
    const auto [end, bad] = std::from_chars(left_.data(), left_.data() + left_.size(), number);
    if (bad != std::errc{}) return complain("a number");
    left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
    code_.push_back({'n', number});
  }

  /// Whether `word` comes next, after spaces; the empty word is the end.
  bool peek(std::string_view word) {
    while (!left_.empty() && left_.front() == ' ') left_.remove_prefix(1);
    return word.empty() ? left_.empty() : left_.starts_with(word);
  }
  bool take(std::string_view word) {
    if (!peek(word)) return false;
    left_.remove_prefix(word.size());
    return true;
  }
  void complain(std::string_view wanted) {
    if (error_.empty())
      error_ = "expected " + std::string(wanted) +
               (left_.empty() ? " at the end" : " before '" + std::string(left_) + "'");
  }

  std::string_view left_;
  std::string error_;
  std::vector<Step> code_;
};

}  // namespace pmill
