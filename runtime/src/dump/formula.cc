// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <charconv>
#include <cmath>
#include <pmill/io/formula.hh>
#include <utility>

namespace pmill {
namespace {

constexpr std::size_t kMaxDepth = 64;

double apply(char op, double a, double b) {
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

}  // namespace

std::string Formula::compile(std::string_view text) {
  left_ = text;
  code_.clear();
  error_.clear();
  sum(0);
  if (error_.empty() && !peek("")) complain("an operator");
  return error_;
}

double Formula::operator()(double x) const {
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

void Formula::sum(std::size_t depth) { chain(depth, "+-", &Formula::product); }

void Formula::product(std::size_t depth) { chain(depth, "*/", &Formula::signed_power); }

void Formula::chain(std::size_t depth, std::string_view operators,
                    void (Formula::*operand)(std::size_t)) {
  (this->*operand)(depth + 1);
  while (error_.empty() && !peek("") && operators.find(left_.front()) != std::string_view::npos) {
    const char op = left_.front();
    left_.remove_prefix(1);
    (this->*operand)(depth + 1);
    code_.push_back({op});
  }
}

void Formula::signed_power(std::size_t depth) {
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

void Formula::atom(std::size_t depth) {
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

bool Formula::peek(std::string_view word) {
  while (!left_.empty() && left_.front() == ' ') left_.remove_prefix(1);
  return word.empty() ? left_.empty() : left_.starts_with(word);
}

bool Formula::take(std::string_view word) {
  if (!peek(word)) return false;
  left_.remove_prefix(word.size());
  return true;
}

void Formula::complain(std::string_view wanted) {
  if (error_.empty())
    error_ = "expected " + std::string(wanted) +
             (left_.empty() ? " at the end" : " before '" + std::string(left_) + "'");
}

}  // namespace pmill
