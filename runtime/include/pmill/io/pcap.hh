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
  std::string open(Bytes file, std::string &hint) {
    file_ = file;
    std::uint32_t magic = 0;
    if (file.size() >= sizeof magic) std::memcpy(&magic, file.data(), sizeof magic);
    swapped_ = is_magic(net32(magic));
    magic = swapped_ ? net32(magic) : magic;
    if (!is_magic(magic) || file.size() < sizeof(FileHeader)) return refuse(magic, hint);
    FileHeader header;
    std::memcpy(&header, file.data(), sizeof header);
    link_ = host(header.link) & 0x0fffffff;  // the other bits say how long checksums are
    unit_ = magic == kNanoseconds ? 1 : 1000;
    header_bytes_ = sizeof(RecordHeader) + (magic == kModified ? 8 : 0);
    position_ = sizeof header;
    return {};
  }

  std::uint32_t link() const { return link_; }
  /// Where the next record begins.
  std::uint64_t position() const { return position_; }
  /// Goes to a record's beginning; behind the end of the file is its end.
  void seek(std::uint64_t position) { position_ = position; }

  /// Reads the next record. After anything but a record, nothing follows.
  Found next(Record &record) {
    const std::uint64_t left = position_ < file_.size() ? file_.size() - position_ : 0;
    if (left == 0) return Found::end;
    if (left < header_bytes_) return Found::truncated;
    RecordHeader header;
    std::memcpy(&header, file_.data() + position_, sizeof header);
    record.captured = host(header.captured);
    record.length = host(header.length);
    record.timestamp = std::int64_t{host(header.seconds)} * 1'000'000'000 +
                       std::int64_t{host(header.fraction)} * unit_;
    record.position = position_;
    record.data = file_.data() + position_ + header_bytes_;
    if (record.captured > kMaxRecordBytes) return Found::damaged;
    if (record.captured > left - header_bytes_) return Found::truncated;
    position_ += header_bytes_ + record.captured;
    return Found::record;
  }

 private:
  static bool is_magic(std::uint32_t m) {
    return m == kMicroseconds || m == kNanoseconds || m == kModified;
  }
  std::uint32_t host(std::uint32_t v) const { return swapped_ ? net32(v) : v; }

  std::string refuse(std::uint32_t magic, std::string &hint) const {
    if (file_.empty()) return "is empty";
    if (is_magic(magic)) return "ends inside its header";
    if (magic == kNextGeneration) {
      hint = "convert it: editcap -F pcap OLD NEW";
      return "is a pcapng file, not a pcap file";
    }
    if ((magic & 0xffff) == 0x8b1f) {
      hint = "unpack it: gunzip FILE";
      return "is compressed";
    }
    hint = "give it a capture that tcpdump -w wrote";
    return "is no capture file";
  }

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

/// Writes a file; see RecordFile.
class Writer {
 public:
  /// Creates the file and writes its header; the empty string, or what went wrong.
  std::string open(std::string_view name, std::uint32_t link, std::uint32_t snaplen, bool nano) {
    nano_ = nano;
    if (std::string error = file_.create(name); !error.empty()) return error;
    const FileHeader header{.magic = nano ? kNanoseconds : kMicroseconds,
                            .snaplen = snaplen == 0 ? kMaxRecordBytes : snaplen,
                            .link = link};
    std::memcpy(file_.room(sizeof header), &header, sizeof header);
    file_.append(sizeof header);
    file_.flush();
    file_.lost();
    return file_.error();
  }

  /// Appends a packet of which `captured` bytes are kept. Returns how many records were lost,
  /// this or earlier ones: 0 when all is well.
  std::uint64_t write(const std::uint8_t *data, std::uint32_t captured, std::uint32_t length,
                      std::int64_t timestamp) {
    const auto ns = static_cast<std::uint32_t>(timestamp % 1'000'000'000);
    const RecordHeader header{.seconds = static_cast<std::uint32_t>(timestamp / 1'000'000'000),
                              .fraction = nano_ ? ns : ns / 1000,
                              .captured = captured,
                              .length = length};
    std::uint8_t *at = file_.room(sizeof header + captured);
    std::memcpy(at, &header, sizeof header);
    std::memcpy(at + sizeof header, data, captured);
    file_.append(sizeof header + captured);
    return file_.lost();
  }

  /// Writes out what is buffered; returns how many records were lost.
  std::uint64_t flush() {
    file_.flush();
    return file_.lost();
  }

  const std::string &error() const { return file_.error(); }

 private:
  RecordFile file_;
  bool nano_ = true;
};

}  // namespace pmill::pcap
