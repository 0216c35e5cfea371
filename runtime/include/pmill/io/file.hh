// SPDX-License-Identifier: BSD-3-Clause
// Files that elements read and write: whole inputs in memory, outputs that notice errors.
#pragma once

#include <cstdint>
#include <pmill/setup.hh>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pmill {

/// The content of a file.
using Bytes = std::span<const std::uint8_t>;

/// The inputs of a program. A file is mapped, or read, once, however many elements read it, and
/// stays until the program ends; what is no regular file, such as a pipe, is read to its end.
class InputFiles {
 public:
  /// Loads a file, `-` for standard input; the empty string, or what is wrong with it. `map`
  /// false reads a regular file, too.
  static std::string load(std::string_view name, bool map, Bytes &content);
  /// Whether there is a file of that name, readable or not.
  static bool exists(std::string_view name);
};

/// A file that is being written.
class OutputFile {
 public:
  OutputFile() = default;
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;
  ~OutputFile();

  /// What an element that will write a file does when it is configured: ends the program when
  /// another element uses that file, or when it cannot be created. What it holds now is kept.
  static void claim(std::string_view name, const Setup &setup);

  /// Creates or empties a file, `-` for standard output; the empty string, or what is wrong.
  std::string create(std::string_view name);

  /// Writes bytes; returns how many, fewer only after an error, which error() then names, and
  /// which makes the program fail in the end.
  std::size_t write(const std::uint8_t *bytes, std::size_t count);
  /// Takes the last bytes back, where that is possible.
  void cut(std::size_t bytes);
  /// What went wrong, empty when nothing did.
  const std::string &error() const { return error_; }

 private:
  int fd_ = -1;
  std::string error_;
};

/// Notices that one file is written by one element and used by another, which destroys it.
class FileUses {
 public:
  /// Records a use; false when it clashes with an earlier one.
  static bool claim(std::string_view name, bool writes);
};

}  // namespace pmill
