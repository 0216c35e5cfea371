// SPDX-License-Identifier: BSD-3-Clause
// What a script knows and answers: variables, functions, handlers.
#include <unistd.h>

#include <algorithm>

#include "functions.hh"
#include "script.hh"
#include "words.hh"

namespace pmill::runtime {

std::string Script::expand(std::string_view text) {
  const Expander expander{
      [this](std::string_view name, std::string &value) { return variable(name, value); },
      [this](std::string_view text) { return call(expand(text)); }};
  return expanded(text, expander);
}

/// The value of `HANDLER ARGUMENTS`: a function, or a handler of this element or of any other.
std::string Script::call(std::string_view text) {
  const std::string name = cut_word(text);
  Reply reply{Verdict::no_handler, ""};
  if (name.find('.') == std::string::npos) reply = function(name, text);
  if (reply.verdict == Verdict::no_handler) reply = Control::instance().read(name, text, element());
  if (reply.good()) return reply.text;
  complain("'" + name + "': " + reply.text);
  return "";
}

bool Script::variable(std::string_view name, std::string &value) const {
  for (const auto &[known, text] : variables_)
    if (known == name) {
      value = text;
      return true;
    }
  std::string args;
  if (name == "?") return value = result_, true;
  if (name == "$") return value = std::to_string(getpid()), true;
  const bool about_arguments =
      name == "#" || name == "*" || name.find_first_not_of("0123456789") == std::string_view::npos;
  if (name.empty() || !about_arguments || !variable("args", args)) return false;
  if (name == "*") return value = args, true;
  const std::vector<std::string> words = words_of(args);
  if (name == "#") return value = std::to_string(words.size()), true;
  std::string error;
  std::size_t number = 0;
  if (!read_value(number, name, error) || number == 0) return false;
  value = number <= words.size() ? unquoted(words[number - 1]) : "";
  return true;
}

void Script::set(std::string_view name, std::string value) {
  for (auto &[known, text] : variables_)
    if (known == name) return void(text = std::move(value));
  variables_.emplace_back(name, std::move(value));
}

/// A function of scripts, or a variable of this one.
Reply Script::function(std::string_view name, std::string_view parameter) {
  if (name == "get") {
    Reply reply;
    variable(unquoted(parameter), reply.text);
    return reply;
  }
  if (name == "shift") return shift(parameter);
  if (name == "unquote") return {Verdict::ok, unquoted(parameter)};
  if (name == "catq") {
    Reply reply = function("cat", parameter);
    if (reply.good()) reply.text = "\"" + reply.text + "\"";
    return reply;
  }
  for (const ScriptFunction &f : script_functions())
    if (f.name == name) {
      Reply reply;
      if (!f.run(plain_words_of(parameter), reply.text)) reply.verdict = Verdict::failed;
      return reply;
    }
  return {Verdict::no_handler, ""};
}

/// Takes the first word of a variable, or of the arguments, away and says it.
Reply Script::shift(std::string_view parameter) {
  const std::string name = parameter.empty() ? "args" : unquoted(parameter);
  std::string value;
  variable(name, value);
  std::string_view rest = value;
  const std::string word = cut_word(rest);
  set(name, std::string(rest));
  return {Verdict::ok, unquoted(word)};
}

std::vector<HandlerSpec> Script::handlers() const {
  std::vector<HandlerSpec> all{{.name = "run", .reads = true, .writes = true},
                               {.name = "step", .writes = true},
                               {.name = "goto", .writes = true},
                               {.name = "gotoa", .writes = true},
                               {.name = "set", .writes = true},
                               {.name = "get", .reads = true},
                               {.name = "shift", .reads = true},
                               {.name = "unquote", .reads = true},
                               {.name = "catq", .reads = true}};
  for (const ScriptFunction &f : script_functions()) all.push_back({.name = f.name, .reads = true});
  for (const std::string &name : exported_)
    all.push_back({.name = name, .reads = true, .writes = true});
  return all;
}

bool Script::is_private(std::string_view name) const {
  return name == "cat" || name == "catq" || name == "kill";
}

Reply Script::read(std::string_view name, std::string_view parameter) {
  Reply reply;
  if (std::find(exported_.begin(), exported_.end(), name) != exported_.end()) {
    variable(name, reply.text);
    return reply;
  }
  if (name != "run" && !answers_all()) return function(name, parameter);
  reply = restart(name, parameter);
  if (reply.good()) reply.text = result_;
  return reply;
}

Reply Script::restart(std::string_view name, std::string_view arguments) {
  // From the middle of itself it would begin for ever.
  if (running_) return {Verdict::failed, element() + " :: Script: it runs already"};
  begin(arguments);
  if (name != "run") set("0", std::string(name));
  run();
  return {};
}

Reply Script::write(std::string_view name, std::string_view text) {
  std::string error;
  if (std::find(exported_.begin(), exported_.end(), name) != exported_.end()) {
    set(name, std::string(text));
  } else if (name == "step") {
    std::int64_t count = 1;
    if (text == "router")
      count = 1;
    else if (!text.empty() && !read_value(count, text, error))
      return {Verdict::failed, error};
    step(count);
  } else if (name == "goto" || name == "gotoa") {
    std::string_view rest = text;
    const std::string label = unquoted(cut_word(rest));
    if (!rest.empty() && !is_true(unquoted(rest))) return {};
    if (running_ && !may_jump()) {
      state_ = State::ended;
      return {};
    }
    if (!jump_to(label)) return {Verdict::failed, "no such label '" + label + "'"};
    state_ = State::ready;
    run();
  } else if (name == "set") {
    std::string_view rest = text;
    const std::string variable = cut_word(rest);
    if (variable.empty()) return {Verdict::failed, "set needs a variable and a value"};
    set(variable, std::string(rest));
  } else {
    return restart(name, text);
  }
  return {};
}

}  // namespace pmill::runtime
