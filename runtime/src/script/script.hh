// SPDX-License-Identifier: BSD-3-Clause
// A script: instructions that the main lcore follows. pmill has checked them and written them as
// records `operation US name US text RS`.
#pragma once

#include <pmill/script.hh>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../control/control.hh"

namespace pmill::runtime {

class Script final : public ControlTask {
 public:
  Script(std::string_view element, const ScriptRequest &request);

  void start() override;
  bool turn() override;
  std::int64_t due() const override;
  bool holds() const override;
  bool drives() const override { return type_ == ScriptType::driver; }
  bool waits_for_stop() const override { return drives() && state_ == State::waits_for_steps; }
  void take_stop() override;

  std::vector<HandlerSpec> handlers() const override;
  Reply read(std::string_view name, std::string_view parameter) override;
  Reply write(std::string_view name, std::string_view text) override;
  bool is_private(std::string_view name) const override;
  bool answers_all() const override { return type_ == ScriptType::proxy; }

  /// Runs from the beginning for a packet, from `input`; the value is the output to take.
  int run_for_packet(unsigned input);

 private:
  struct Instruction {
    std::string_view operation;
    std::string_view name;  // of a variable, a label, a handler or a file
    std::string_view text;
  };
  enum class State : std::uint8_t { ready, waits_for_steps, waits_for_time, ended };
  enum class Next : std::uint8_t { go_on, blocked, ended };

  void begin(std::string_view arguments);
  void run();
  Next follow(const Instruction &instruction);
  Next assign(const Instruction &instruction);
  Next output(const Instruction &instruction);
  Next jump(const Instruction &instruction);
  Next wait(const Instruction &instruction);
  Next finish(const Instruction &instruction);
  Next use_handler(const Instruction &instruction);
  bool jump_to(std::string_view label);
  bool may_jump();
  /// Runs from the beginning; why it cannot, when it runs already.
  Reply restart(std::string_view name, std::string_view arguments);
  Next stop();
  void step(std::int64_t count);
  void complain(std::string_view message);

  std::string expand(std::string_view text);
  std::string call(std::string_view text);
  bool variable(std::string_view name, std::string &value) const;
  void set(std::string_view name, std::string value);
  Reply function(std::string_view name, std::string_view parameter);
  Reply shift(std::string_view parameter);

  ScriptType type_;
  std::vector<int> signals_;
  std::vector<Instruction> instructions_;
  std::size_t next_ = 0;
  State state_ = State::ended;
  bool running_ = false;
  std::int64_t due_ = kNever;
  std::int64_t steps_ = 0;  // to go until it continues
  std::int64_t stops_ = 0;  // that nobody waited for
  unsigned jumps_ = 0;      // since it was blocked
  std::vector<std::pair<std::string, std::string>> variables_;
  std::vector<std::string> exported_;
  std::string result_;
};

}  // namespace pmill::runtime
