// SPDX-License-Identifier: BSD-3-Clause
// One conversation in Click's control protocol, version 1.3: bytes in, bytes out.
#pragma once

#include <string>
#include <string_view>

#include "control.hh"

namespace pmill::runtime {

class Session {
 public:
  explicit Session(bool read_only);

  /// Takes what the client sent, and answers every command that is complete.
  void take(std::string_view bytes);
  /// What is to be sent; whoever sends takes it away.
  std::string &output() { return output_; }
  std::size_t unsent() const { return output_.size(); }
  /// Whether the conversation is over once everything is sent.
  bool over() const { return over_; }

 private:
  void command(std::string_view line);
  void say(int code, std::string_view text);
  void say_multiple(int code, std::string_view text);
  void read(std::string_view path, std::string_view parameter);
  void write(std::string_view path, std::string_view text);
  void check(std::string_view path, bool writes);
  void expect_data(std::string_view command, std::string_view rest);
  void expect_lines(std::string_view rest);
  void refuse(std::string_view path, const Reply &reply, std::string_view kind);
  bool take_data();
  bool take_line();

  bool read_only_;
  bool over_ = false;
  std::string input_;
  std::string output_;
  // A command whose data are still to come: so many bytes, or all lines before an end mark.
  enum class Awaits : std::uint8_t { command, bytes, lines } awaits_ = Awaits::command;
  bool writes_ = false;
  std::string path_;
  std::size_t bytes_ = 0;
  std::string mark_, lines_;
};

}  // namespace pmill::runtime
