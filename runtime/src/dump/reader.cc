// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/io/pcap.hh>

namespace pmill::pcap {
namespace {

bool is_magic(std::uint32_t m) { return m == kMicroseconds || m == kNanoseconds || m == kModified; }

}  // namespace

std::string Reader::open(Bytes file, std::string &hint) {
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

Reader::Found Reader::next(Record &record) {
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

std::string Reader::refuse(std::uint32_t magic, std::string &hint) const {
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

}  // namespace pmill::pcap
