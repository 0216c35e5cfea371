// SPDX-License-Identifier: BSD-3-Clause
// Click's control protocol. Commands and codes follow the documentation of Click's ControlSocket.
#include "session.hh"

#include <algorithm>
#include <cctype>

#include "../runtime.hh"

namespace pmill::runtime {
namespace {

// Codes beside those of Verdict.
constexpr int kSyntax = 500, kUnknown = 501, kDenied = 530;
// So much may be sent without the end of a line, and as data of a command.
constexpr std::size_t kMostLine = 1 << 20, kMostData = 64 << 20;
constexpr std::string_view kHelp =
    "Commands supported:\n"
    "READ handler [arg...]   call read handler, return result\n"
    "READDATA handler len    call read handler with len data bytes as its argument\n"
    "READUNTIL handler term  call read handler with the lines before 'term' as its argument\n"
    "WRITE handler [arg...]  call write handler\n"
    "WRITEDATA handler len   call write handler with len data bytes\n"
    "WRITEUNTIL handler term call write handler with the lines before 'term'\n"
    "CHECKREAD handler       check if read handler exists\n"
    "CHECKWRITE handler      check if write handler exists\n"
    "HELP                    this text\n"
    "QUIT                    close connection";

/// Cuts the first word off a text, and the spaces behind it.
std::string_view first_word(std::string_view &text) {
  const auto skip = [&text] {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
  };
  skip();
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  skip();
  return word;
}

}  // namespace

Session::Session(bool read_only) : read_only_(read_only) {
  output_ = "Click::ControlSocket/1.3\r\n";
}

void Session::take(std::string_view bytes) {
  input_ += bytes;
  while (!over_ && (awaits_ == Awaits::bytes ? take_data() : take_line())) {
  }
}

/// One line of input: a command, or data of READUNTIL and WRITEUNTIL. False: there is none yet.
bool Session::take_line() {
  const auto end = input_.find_first_of("\r\n");
  if (end == std::string::npos || (input_[end] == '\r' && end + 1 == input_.size() && end != 0)) {
    if (input_.size() <= kMostLine) return false;
    say(kSyntax, "Line too long");
    return !(over_ = true);
  }
  const std::string line = input_.substr(0, end);
  const bool two = input_[end] == '\r' && end + 1 < input_.size() && input_[end + 1] == '\n';
  input_.erase(0, end + (two ? 2 : 1));
  if (awaits_ == Awaits::command) {
    command(line);
  } else if (line == mark_) {
    awaits_ = Awaits::command;
    const std::string lines = std::move(lines_);
    writes_ ? write(path_, lines) : read(path_, lines);
  } else if (lines_.size() + line.size() > kMostData) {
    say(kSyntax, "Too much data");
    over_ = true;
  } else {
    lines_ += line + "\n";
  }
  return true;
}

/// The data of READDATA or WRITEDATA; false when they are not complete.
bool Session::take_data() {
  if (input_.size() < bytes_) return false;
  const std::string data = input_.substr(0, bytes_);
  input_.erase(0, bytes_);
  awaits_ = Awaits::command;
  writes_ ? write(path_, data) : read(path_, data);
  return true;
}

void Session::command(std::string_view line) {
  std::string_view rest = line;
  std::string word(first_word(rest));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (word.empty()) return;
  if (word == "CLOSE" || word == "QUIT") {
    if (!rest.empty()) return say(kSyntax, "Bad command syntax");
    say(200, "Goodbye!");
    over_ = true;
    return;
  }
  if (word == "HELP") return say_multiple(200, kHelp);
  if (word == "LLRPC") return say(kUnknown, "LLRPC is not supported");
  const bool writes = word == "SET" || word.starts_with("WRITE");
  writes_ = writes;
  if (word == "READDATA" || word == "WRITEDATA") return expect_data(word, rest);
  if (word == "READUNTIL" || word == "WRITEUNTIL") return expect_lines(rest);
  static constexpr std::string_view kPlain[] = {"READ", "GET",       "WRITE",
                                                "SET",  "CHECKREAD", "CHECKWRITE"};
  if (std::find(std::begin(kPlain), std::end(kPlain), word) == std::end(kPlain))
    return say(kUnknown, "Command '" + word + "' unimplemented");
  const std::string_view path = first_word(rest);
  if (path.empty() || (word.starts_with("CHECK") && !rest.empty()))
    return say(kSyntax, "Wrong number of arguments");
  if (word.starts_with("CHECK")) return check(path, word == "CHECKWRITE");
  writes ? write(path, rest) : read(path, rest);
}

void Session::expect_data(std::string_view command, std::string_view rest) {
  path_ = first_word(rest);
  const std::string_view count = first_word(rest);
  if (path_.empty() || count.empty() || !rest.empty())
    return say(kSyntax, "Wrong number of arguments");
  std::string error;
  std::uint64_t bytes = 0;
  if (!read_value(bytes, count, error))
    return say(kSyntax, "Syntax error in '" + std::string(command) + "'");
  if (bytes > kMostData) {
    say(kSyntax, "Too much data");
    over_ = true;
    return;
  }
  bytes_ = bytes;
  awaits_ = Awaits::bytes;
}

void Session::expect_lines(std::string_view rest) {
  path_ = first_word(rest);
  mark_ = first_word(rest);
  if (path_.empty() || !rest.empty()) return say(kSyntax, "Wrong number of arguments");
  lines_.clear();
  awaits_ = Awaits::lines;
}

void Session::read(std::string_view path, std::string_view parameter) {
  Control &control = Control::instance();
  Handler handler;
  Reply reply = control.find(path, "", handler);
  if (reply.good() && control.is_private(handler))
    return say(kDenied, "Permission denied for '" + std::string(path) + "'");
  if (reply.good() && !handler.reads) reply = {Verdict::no_handler, ""};
  if (reply.good()) reply = control.read(handler, parameter);
  if (!reply.good()) return refuse(path, reply, "Read");
  say(200, "Read handler '" + std::string(path) + "' OK");
  output_ += "DATA " + std::to_string(reply.text.size()) + "\r\n" + reply.text;
}

void Session::write(std::string_view path, std::string_view text) {
  Control &control = Control::instance();
  if (read_only_) return say(kDenied, "Permission denied for '" + std::string(path) + "'");
  Handler handler;
  Reply reply = control.find(path, "", handler);
  if (reply.good() && !handler.writes && !handler.baked) reply = {Verdict::no_handler, ""};
  if (reply.good()) reply = control.write(handler, text);
  if (!reply.good()) return refuse(path, reply, "Write");
  say(200, "Write handler '" + std::string(path) + "' OK");
}

void Session::check(std::string_view path, bool writes) {
  Control &control = Control::instance();
  const std::string_view kind = writes ? "Write" : "Read";
  Handler handler;
  Reply reply = control.find(path, "", handler);
  if (reply.good() && handler.baked && writes) reply = control.write(handler, "");  // says why
  if (reply.good() && !(writes ? handler.writes : handler.reads)) reply = {Verdict::no_handler, ""};
  if (reply.good() && ((writes && read_only_) || control.is_private(handler)))
    return say(kDenied, "Permission denied for '" + std::string(path) + "'");
  if (!reply.good()) return refuse(path, reply, kind);
  say(200, std::string(kind) + " handler '" + std::string(path) + "' OK");
}

void Session::refuse(std::string_view path, const Reply &reply, std::string_view kind) {
  const std::string name(path);
  const int code = static_cast<int>(reply.verdict);
  if (reply.verdict == Verdict::no_handler) {
    const std::string lower = kind == "Read" ? "read" : "write";
    return say(code, "No " + lower + " handler named '" + name + "'");
  }
  if (reply.verdict == Verdict::failed)
    return say_multiple(code, std::string(kind) + " handler '" + name + "' error:\n" + reply.text);
  say(code, reply.text);
}

void Session::say(int code, std::string_view text) {
  output_ += std::to_string(code) + " " + std::string(text) + "\r\n";
}

void Session::say_multiple(int code, std::string_view text) {
  while (true) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return say(code, text);
    output_ += std::to_string(code) + "-" + std::string(text.substr(0, end)) + "\r\n";
    text.remove_prefix(end + 1);
  }
}

}  // namespace pmill::runtime
