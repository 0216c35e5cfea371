// SPDX-License-Identifier: BSD-3-Clause
// Capture files: reading and writing pcap, of either byte order, in micro- or nanoseconds.
//
// Nothing a file says is trusted: a record never reaches behind the end of its file.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <pmill/io/file.hh>
#include <pmill/io/record_file.hh>
#include <pmill/values.hh>
#include <string>
#include <string_view>

namespace pmill::pcap {

inline constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
inline constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
/// Microseconds, with eight more bytes in front of every packet (an old Linux dialect).
inline constexpr std::uint32_t kModified = 0xa1b2cd34;
inline constexpr std::uint32_t kNextGeneration = 0x0a0d0d0a;

/// The longest packet that any capture program writes.
inline constexpr std::uint32_t kMaxRecordBytes = 262144;

/// Link types, as files number them.
inline constexpr std::uint32_t kLinkEther = 1;
inline constexpr std::uint32_t kLinkRaw = 101;
inline constexpr std::uint32_t kLinkLinuxCooked = 113;

struct FileHeader {
  std::uint32_t magic = kMicroseconds;
  std::uint16_t major = 2;
  std::uint16_t minor = 4;
  std::int32_t zone = 0;
  std::uint32_t accuracy = 0;
  std::uint32_t snaplen = kMaxRecordBytes;
  std::uint32_t link = kLinkEther;
};
static_assert(sizeof(FileHeader) == 24);

struct RecordHeader {
  std::uint32_t seconds;
  std::uint32_t fraction;  // of a second, in the file's unit
  std::uint32_t captured;  // bytes in the file
  std::uint32_t length;    // bytes of the packet
};
static_assert(sizeof(RecordHeader) == 16);

/// A packet in a file.
struct Record {
  const std::uint8_t *data = nullptr;
  std::uint32_t captured = 0;
  std::uint32_t length = 0;    // what it was on the wire
  std::int64_t timestamp = 0;  // ns since the epoch
  std::uint64_t position = 0;  // of the record in the file
};

/// Walks over the records of a file's bytes.
class Reader {
 public:
  /// What next() found.
  enum class Found { record, end, truncated, damaged };

  /// Begins at the first record. The empty string, or what is wrong with the file's header, as
  /// the end of a sentence that begins with the file's name; `hint` then says what to do.
  std::string open(Bytes file, std::string &hint);

  std::uint32_t link() const { return link_; }
  /// Bytes of the file.
  std::uint64_t size() const { return file_.size(); }
  /// Where the next record begins.
  std::uint64_t position() const { return position_; }
  /// Goes to a record's beginning; behind the end of the file is its end.
  void seek(std::uint64_t position) { position_ = position; }

  /// Reads the next record. After anything but a record, nothing follows.
  Found next(Record &record);

 private:
  std::uint32_t host(std::uint32_t v) const { return swapped_ ? net32(v) : v; }

  std::string refuse(std::uint32_t magic, std::string &hint) const;

  Bytes file_;
  bool swapped_ = false;
  std::uint32_t link_ = 0;
  std::uint32_t unit_ = 1000;
  std::uint64_t header_bytes_ = sizeof(RecordHeader);
  std::uint64_t position_ = 0;
};

/// Publishes the link type of a FromDump; before any is asked for.
void publish_link(std::string_view element, std::uint32_t link);
/// Finds the link type of the element that `asker` calls `name`: in the asker's compound first,
/// then in those around it. The empty string, or what is wrong.
std::string find_link(std::string_view asker, std::string_view name, std::uint32_t &link);

/// What ToDump writes, and how.
struct DumpOptions {
  std::string_view filename;
  std::uint32_t link = kLinkEther;
  View<std::string_view> links_of{};  // the last of these FromDump elements decides about the link
  std::uint32_t snaplen = 0;          // 0: all
  bool nano = true;
};

/// Writes the file of an element; see RecordFile.
class Writer {
 public:
  /// Creates the file and writes its header; ends the program when that cannot be.
  void start(std::string_view element, const DumpOptions &options);

  /// Appends a packet of which `captured` bytes are kept. Returns how many records were lost,
  /// this or earlier ones: 0 when all is well.
  std::uint64_t write(const std::uint8_t *data, std::uint32_t captured, std::uint32_t length,
                      std::int64_t timestamp);

  /// Writes out what is buffered; returns how many records were lost.
  std::uint64_t flush();

  /// Says once that records were lost.
  void complain();

 private:
  std::string open(const DumpOptions &options);

  RecordFile file_;
  std::string label_;  // of the element
  std::string name_;
  bool nano_ = true;
  bool complained_ = false;
};

}  // namespace pmill::pcap
