// SPDX-License-Identifier: BSD-3-Clause
// IP summary dumps: files with a line of chosen fields for each packet (Click's format 1.3).
//
// The fields are one table for both directions, runtime/src/summary/fields.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <pmill/io/file.hh>
#include <pmill/io/record_file.hh>
#include <pmill/random.hh>
#include <pmill/values.hh>
#include <string>
#include <string_view>
#include <vector>

namespace pmill::summary {

/// What is known of a packet beside its bytes.
struct Notes {
  std::int64_t timestamp = 0;        // ns since the epoch, as annotations are
  std::int64_t first_timestamp = 0;  // the same, of the first of several packets
  std::uint32_t aggregate = 0;
  std::uint32_t extra_length = 0;   // bytes that the packet once had
  std::uint32_t extra_packets = 0;  // how many more packets it stands for
  std::uint8_t paint = 0;
};

/// A packet, written or read. Headers are nullptr when they are not marked.
struct Record {
  const std::uint8_t *data = nullptr;
  std::uint32_t length = 0;
  const std::uint8_t *mac = nullptr;
  const std::uint8_t *network = nullptr;
  unsigned thread = 0;                      // only of what is written
  const std::uint8_t *transport = nullptr;  // only of what is read, and so the next
  IPAddress destination;
  Notes notes;
};

/// A packet that stands for several, one by one: its length and its time are divided among them.
class Share {
 public:
  explicit Share(const Record &all);
  /// Whether there is one more.
  bool left() const { return index_ < count_; }
  /// Makes the next one's notes those of `record`, which has the bytes of all.
  void next(Record &record);

 private:
  std::uint32_t count_;
  std::uint32_t index_ = 0;
  std::uint64_t bytes_;  // of those that are left
  std::int64_t first_, last_;
};

struct Field;
struct Draft;
struct Value;

/// Finds a field by one of its names; nullptr when there is none.
const Field *find_field(std::string_view name);

/// What a Writer writes; the names are those of ToIPSummaryDump's arguments.
struct WriterOptions {
  std::string_view fields;
  std::string_view banner;
  bool header = true;
  bool verbose = false;
  bool multipacket = false;
  bool bad_packets = false;
  bool careful_trunc = true;
  bool extra_length = true;
  bool binary = false;
};

class Writer {
 public:
  /// Creates the file and writes its head, at a time in ns; the empty string, or what went wrong.
  std::string open(std::string_view name, const WriterOptions &options, std::int64_t now);
  /// Appends a packet.
  void write(const Record &packet);
  void flush() { file_.flush(); }
  /// Records lost since the last question.
  std::uint64_t lost() { return file_.lost(); }
  const std::string &error() const { return file_.error(); }

 private:
  void write_head(std::int64_t now);
  void write_one(const Record &packet);

  RecordFile file_;
  WriterOptions options_;
  std::vector<const Field *> fields_;
  std::size_t most_ = 0;      // bytes of a record without payloads
  std::size_t payloads_ = 0;  // fields that can be as long as the packet
  bool splits_ = false;
};

/// How a Reader makes packets; the names are those of FromIPSummaryDump's arguments.
struct ReaderOptions {
  std::string_view fields;
  std::string_view flowid;
  std::uint8_t protocol = 6;
  bool zero = true;
  bool checksum = false;
  bool multipacket = false;
  bool ipv6 = false;
};

/// The five things that tell a flow; those of a dump that its records leave out.
struct FlowId {
  bool given = false;
  IPAddress source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint8_t protocol = 0;  // 0: not said

  /// Reads "SRC SPORT DST DPORT [PROTO]"; false when it is none.
  bool parse(std::string_view text);
};

class Reader {
 public:
  Reader();
  ~Reader();

  /// Starts reading; `name` is for messages, if it `tells` any. The empty string, or what is wrong.
  std::string open(std::string_view name, Bytes content, const ReaderOptions &options, bool tells);
  /// Makes the next packet; false at the end.
  bool next(Random &random);
  const Record &record() const { return record_; }
  /// Starts anew from the beginning of the file. What was wrong is not told again.
  void rewind();

  std::uint64_t bad_lines() const { return bad_lines_; }
  std::uint64_t bad_values() const { return bad_values_; }

  /// The length of the longest packet, or a length that is at most `enough`: then a look at the
  /// file tells that none is longer, and it need not be read.
  static std::uint32_t longest(Bytes content, const ReaderOptions &options, std::uint32_t enough);

 private:
  bool next_line(std::string_view &line);
  bool next_block(std::string_view &block, bool &is_text);
  bool read_record();
  bool read_line(std::string_view line);
  bool read_text(std::string_view line);
  bool read_binary(std::string_view block);
  bool finish_values(bool missing);
  void read_value(const Field &field, std::string_view word);
  void put(const Field &field, const Value &value, std::string_view word);
  void resolve_code();
  void read_directive(std::string_view line);
  void read_banner(std::string_view version);
  void choose_fields(std::string_view names);
  bool bad_line(std::string_view why);
  void say(std::string_view message);

  std::string name_;
  ReaderOptions options_;
  std::string_view content_;
  std::size_t position_ = 0;
  std::uint64_t line_ = 0;  // or the record of a binary file
  bool binary_ = false;
  unsigned minor_version_ = 3;
  std::vector<const Field *> fields_;  // nullptr: one that nobody knows
  FlowId flow_;
  std::uint8_t protocol_ = 6;
  std::uint32_t aggregate_ = 0;

  std::unique_ptr<Draft> draft_;
  std::string scratch_;
  unsigned good_ = 0;               // values of the line
  std::vector<std::string> wrong_;  // and those that mean nothing
  Record record_;
  std::vector<std::uint8_t> bytes_;  // of the record
  Share share_{Record{}};

  std::uint64_t bad_lines_ = 0, bad_values_ = 0;
  unsigned messages_left_ = 0;
};

}  // namespace pmill::summary
