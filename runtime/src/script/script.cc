// SPDX-License-Identifier: BSD-3-Clause
// What the instructions of scripts do, as the documentation of Click's Script has it.
#include "script.hh"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <pmill/setup.hh>

#include "../runtime.hh"
#include "functions.hh"
#include "words.hh"

namespace pmill::runtime {
namespace {

constexpr unsigned kMostJumps = 1000;
std::atomic<std::uint64_t> g_signals{0};

extern "C" void on_script_signal(int number) {
  g_signals.fetch_or(std::uint64_t{1} << number, std::memory_order_relaxed);
}

bool ends_with_q(std::string_view operation) { return operation.ends_with('q'); }

}  // namespace

Script::Script(std::string_view element, const ScriptRequest &request)
    : ControlTask(element), type_(request.type) {
  for (const std::string_view record : split(request.text, '\x1e')) {
    if (record.empty()) continue;
    const auto parts = split(record, '\x1f');
    instructions_.push_back({parts[0], parts[1], parts[2]});
  }
  for (const std::string_view number : split(request.signals, ' ')) {
    std::string error;
    int n = 0;
    if (read_value(n, number, error)) signals_.push_back(n);
  }
}

void Script::start() {
  for (const int number : signals_) {
    struct sigaction action{};
    action.sa_handler = on_script_signal;
    sigaction(number, &action, nullptr);
  }
  if (type_ != ScriptType::active && type_ != ScriptType::driver) return;
  begin("");
  run();
}

void Script::begin(std::string_view arguments) {
  next_ = 0;
  jumps_ = 0;
  steps_ = 0;
  result_.clear();
  state_ = State::ready;
  set("args", std::string(arguments));
}

bool Script::turn() {
  bool did = false;
  for (const int number : signals_) {
    const std::uint64_t bit = std::uint64_t{1} << number;
    if (!(g_signals.fetch_and(~bit, std::memory_order_relaxed) & bit)) continue;
    begin(std::to_string(number));
    run();
    did = true;
  }
  if (state_ == State::waits_for_time && Control::instance().now() >= due_) {
    state_ = State::ready;
    run();
    did = true;
  }
  return did;
}

std::int64_t Script::due() const { return state_ == State::waits_for_time ? due_ : kNever; }

bool Script::holds() const {
  return state_ == State::waits_for_time || (drives() && state_ == State::waits_for_steps);
}

/// A driver takes a wish to stop as a step: what it waits for is over.
void Script::take_stop() {
  if (state_ == State::ended) return stop_program();
  step(1);
}

void Script::step(std::int64_t count) {
  if (state_ == State::waits_for_steps) {
    steps_ -= count;
    if (steps_ > 0) return;
  } else if (state_ != State::waits_for_time) {
    stops_ += count;
    return;
  }
  state_ = State::ready;
  run();
}

/// Follows instructions until one blocks or the script ends.
void Script::run() {
  if (running_) return;
  running_ = true;
  while (state_ == State::ready) {
    if (next_ == instructions_.size()) {
      state_ = State::ended;
      if (drives()) stop_program();
      break;
    }
    const Instruction &instruction = instructions_[next_++];
    switch (follow(instruction)) {
      case Next::go_on:
        break;
      case Next::blocked:
        jumps_ = 0;
        break;
      case Next::ended:
        state_ = State::ended;
        break;
    }
  }
  running_ = false;
}

Script::Next Script::follow(const Instruction &i) {
  const std::string_view op = i.operation;
  if (op == "label") return Next::go_on;
  if (op.starts_with("set") || op.starts_with("init") || op.starts_with("export")) return assign(i);
  if (op.starts_with("print")) return output(i);
  if (op.starts_with("goto") || op == "loop") return jump(i);
  if (op.starts_with("wait") || op == "pause") return wait(i);
  if (op.starts_with("read") || op.starts_with("write") || op == "save" || op == "append")
    return use_handler(i);
  return finish(i);
}

Script::Next Script::assign(const Instruction &i) {
  const std::string name(i.name);
  std::string value;
  const bool known = variable(name, value);
  const bool once = i.operation.starts_with("init") || i.operation.starts_with("export");
  if (i.operation.starts_with("export") &&
      std::find(exported_.begin(), exported_.end(), name) == exported_.end())
    exported_.push_back(name);
  if (once && known) return Next::go_on;
  value = expand(i.text);
  set(name, ends_with_q(i.operation) ? unquoted(value) : value);
  return Next::go_on;
}

/// `print`: a text, or a handler's value; to standard output, or with `> FILE` to a file.
Script::Next Script::output(const Instruction &i) {
  std::string_view text = i.text;
  std::string file, mode = "w";
  if (text.starts_with('>')) {
    text.remove_prefix(1);
    if (text.starts_with('>')) mode = "a", text.remove_prefix(1);
    file = unquoted(expand(cut_word(text)));
  }
  // A bare word with a dot names a handler; what stands in quotes, or without one, is a text.
  std::string_view after = text;
  const std::string word = cut_word(after);
  const bool names_handler = !word.empty() && word.find('.') != std::string::npos &&
                             (std::isalpha(static_cast<unsigned char>(word[0])) || word[0] == '_');
  std::string line = names_handler ? call(expand(text)) : unquoted(expand(text));
  const bool newline = !i.operation.starts_with("printn");
  if (newline && (line.empty() || !line.ends_with('\n'))) line += '\n';
  std::FILE *to = file.empty() || file == "-" ? stdout : std::fopen(file.c_str(), mode.c_str());
  if (to == nullptr) {
    complain(file + ": cannot be written");
    return Next::go_on;
  }
  std::fwrite(line.data(), 1, line.size(), to);
  to == stdout ? std::fflush(to) : std::fclose(to);
  return Next::go_on;
}

Script::Next Script::jump(const Instruction &i) {
  std::string_view label = i.name;
  if (i.operation == "loop") label = "begin";
  if (!i.text.empty() && !is_true(unquoted(expand(i.text)))) return Next::go_on;
  if (!may_jump()) return stop();
  const std::string where = unquoted(expand(label));
  if (jump_to(where)) return state_ == State::ended ? Next::ended : Next::go_on;
  complain("no such label '" + where + "'");
  return Next::go_on;
}

/// Counts a jump; false, and says so, when there were too many since the script waited.
bool Script::may_jump() {
  if (++jumps_ <= kMostJumps) return true;
  complain(element() + " :: " + (drives() ? "DriverManager" : "Script") +
           ": too many jumps, giving up");
  return false;
}

bool Script::jump_to(std::string_view label) {
  const auto named = [&](const Instruction &i) {
    return i.operation == "label" && i.name == label;
  };
  const auto found = std::find_if(instructions_.begin(), instructions_.end(), named);
  std::string error;
  std::size_t number = 0;
  if (found != instructions_.end())
    next_ = static_cast<std::size_t>(found - instructions_.begin());
  else if (label == "begin" || label == "loop")
    next_ = 0;
  else if (label == "end" || label == "exit" || label == "stop" || label == "error")
    next_ = instructions_.size();
  else if (read_value(number, label, error) && number <= instructions_.size())
    next_ = number;
  else
    return false;
  return true;
}

Script::Next Script::wait(const Instruction &i) {
  const std::string text = unquoted(expand(i.text));
  std::string error;
  const bool for_time = i.operation == "wait_time" || i.operation == "wait_for" ||
                        (i.operation == "wait" && !text.empty());
  if (for_time) {
    Duration time;
    if (!read_value(time, text, error)) {
      complain(i.operation == "wait_for" ? "wait_for needs a time" : "wait: " + error);
      return Next::go_on;
    }
    const std::int64_t now = Control::instance().now();
    due_ = now + std::clamp<std::int64_t>(time.ns, 0, kNever - 1 - now);
    state_ = State::waits_for_time;
    return Next::blocked;
  }
  std::int64_t steps = 1;
  if (!text.empty() && !read_value(steps, text, error)) {
    complain(std::string(i.operation) + ": " + error);
    return Next::go_on;
  }
  const std::int64_t had = std::min(steps, stops_);
  stops_ -= had;
  steps_ = steps - had;
  if (steps_ <= 0) return Next::go_on;
  state_ = State::waits_for_steps;
  return Next::blocked;
}

Script::Next Script::use_handler(const Instruction &i) {
  Control &control = Control::instance();
  const std::string path = unquoted(expand(i.name));
  if (i.operation.starts_with("write")) {
    std::string value = expand(i.text);
    value = ends_with_q(i.operation) || value.starts_with('"') ? unquoted(value) : value;
    const Reply reply = control.write(path, value, element());
    if (!reply.good()) complain(path + ": " + reply.text);
    return Next::go_on;
  }
  const bool saves = i.operation == "save" || i.operation == "append";
  const std::string rest = expand(i.text);
  const Reply reply = control.read(path, saves ? "" : rest, element());
  if (!reply.good()) {
    complain(path + ": " + reply.text);
    return Next::go_on;
  }
  if (!saves) {
    std::fprintf(stderr, "%s:\n%s\n", path.c_str(), reply.text.c_str());
    if (!reply.text.ends_with('\n')) std::fprintf(stderr, "\n");
    return Next::go_on;
  }
  const std::string name = unquoted(rest);
  const bool to_output = name == "-";
  std::FILE *to = to_output ? stdout : std::fopen(name.c_str(), i.operation == "save" ? "w" : "a");
  if (to == nullptr) {
    complain(name + ": cannot be written");
    return Next::go_on;
  }
  std::fwrite(reply.text.data(), 1, reply.text.size(), to);
  to_output ? std::fflush(to) : std::fclose(to);
  return Next::go_on;
}

/// What ends the script: end, exit, return, stop and error.
Script::Next Script::finish(const Instruction &i) {
  if (i.operation.starts_with("return")) {
    result_ = expand(i.text);
    if (ends_with_q(i.operation)) result_ = unquoted(result_);
  } else if (i.operation.starts_with("error")) {
    complain(unquoted(expand(i.text)));
    note_failure();
    return stop();
  } else if (i.operation == "stop" || i.operation == "please_stop") {
    return stop();
  }
  if (drives() && !i.operation.starts_with("return")) stop_program();
  return Next::ended;
}

Script::Next Script::stop() {
  if (drives())
    stop_program();
  else
    Control::instance().wish();
  return Next::ended;
}

void Script::complain(std::string_view message) {
  std::fflush(stdout);
  std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
}

int Script::run_for_packet(unsigned input) {
  begin("");
  set("input", std::to_string(input));
  run();
  std::string error;
  int output = 0;
  return read_value(output, result_, error) ? output : 0;
}

}  // namespace pmill::runtime

namespace pmill {

void add_script(Setup &setup, const ScriptRequest &request) {
  runtime::Control::instance().add(std::make_unique<runtime::Script>(setup.name(), request));
}

int run_script(std::string_view element, unsigned input) {
  runtime::ControlTask *task = runtime::Control::instance().task_named(element);
  return static_cast<runtime::Script *>(task)->run_for_packet(input);
}

}  // namespace pmill
