// SPDX-License-Identifier: BSD-3-Clause
// Files that elements read and write: whole inputs in memory, outputs that notice errors.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
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
  static bool exists(std::string_view name) {
    return name == "-" || ::access(std::string(name).c_str(), F_OK) == 0;
  }
};

/// A file that is being written.
class OutputFile {
 public:
  OutputFile() = default;
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;
  ~OutputFile() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }

  /// Whether the file can be created, without changing what it holds now; the empty string, or
  /// what is wrong.
  static std::string check(const std::string &name) {
    if (name == "-") return {};
    int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
      ::unlink(name.c_str());
    } else if (errno == EEXIST) {
      // A pipe cannot be opened before its reader is there.
      fd = ::open(name.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
      if (fd < 0 && errno != ENXIO) return std::strerror(errno);
    } else {
      return std::strerror(errno);
    }
    if (fd >= 0) ::close(fd);
    return {};
  }

  /// Creates or empties a file, `-` for standard output; the empty string, or what is wrong.
  std::string create(std::string_view name) {
    const std::string path(name);
    fd_ = path == "-" ? STDOUT_FILENO
                      : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd_ < 0) error_ = std::strerror(errno);
    return error_;
  }

  /// Writes bytes; returns how many, fewer only after an error, which error() then names, and
  /// which makes the program fail in the end.
  std::size_t write(const std::uint8_t *bytes, std::size_t count) {
    std::size_t done = 0;
    while (done < count) {
      const ssize_t n = ::write(fd_, bytes + done, count - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        error_ = std::strerror(n < 0 ? errno : ENOSPC);
        note_failure();
        break;
      }
      done += static_cast<std::size_t>(n);
    }
    return done;
  }
  /// Takes the last bytes back, where that is possible.
  void cut(std::size_t bytes) {
    const off_t end = lseek(fd_, 0, SEEK_CUR);
    if (end >= 0 && ftruncate(fd_, end - static_cast<off_t>(bytes)) != 0)
      error_ = std::strerror(errno);
  }
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
