// SPDX-License-Identifier: BSD-3-Clause
// A file of records that is valid whenever the program ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <pmill/io/file.hh>
#include <string>
#include <string_view>
#include <vector>

namespace pmill {

/// Writes a file through a buffer that always holds whole records: what is on disk ends with one,
/// and a record that did not fit on the disk is taken back.
class RecordFile {
 public:
  /// Creates the file, `-` for standard output; the empty string, or what went wrong.
  std::string create(std::string_view name) { return file_.create(name); }

  /// Room for a record of up to `most` bytes, to be filled before append() says how many it has.
  std::uint8_t *room(std::size_t most) {
    if (buffer_.size() - used_ < most) [[unlikely]]
      make_room(most);
    return buffer_.data() + used_;
  }
  void append(std::size_t bytes) {
    used_ += bytes;
    ends_.push_back(used_);
  }

  /// Writes out what is buffered.
  void flush();

  /// Records lost since the last question; after the first one, all are.
  std::uint64_t lost() { return std::exchange(lost_, 0); }
  /// What went wrong, empty when nothing did.
  const std::string &error() const { return file_.error(); }

 private:
  void make_room(std::size_t most);

  OutputFile file_;
  std::size_t used_ = 0;
  std::uint64_t lost_ = 0;
  std::vector<std::uint8_t> buffer_;
  std::vector<std::size_t> ends_;  // of the records in the buffer
};

}  // namespace pmill
