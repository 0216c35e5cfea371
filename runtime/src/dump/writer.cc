// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <pmill/io/pcap.hh>
#include <pmill/setup.hh>

namespace pmill::pcap {

void Writer::start(std::string_view element, const DumpOptions &options) {
  label_ = std::string(element) + " :: ToDump";
  name_ = options.filename;
  DumpOptions chosen = options;
  for (const std::string_view source : options.links_of)
    if (const std::string error = find_link(element, source, chosen.link); !error.empty())
      fail(label_, "USE_ENCAP_FROM: " + error, "use ENCAP instead");
  if (const std::string error = open(chosen); !error.empty())
    fail(label_, "cannot write '" + name_ + "': " + error);
}

std::string Writer::open(const DumpOptions &options) {
  nano_ = options.nano;
  if (std::string error = file_.create(name_); !error.empty()) return error;
  const FileHeader header{.magic = nano_ ? kNanoseconds : kMicroseconds,
                          .snaplen = options.snaplen == 0 ? kMaxRecordBytes : options.snaplen,
                          .link = options.link};
  std::memcpy(file_.room(sizeof header), &header, sizeof header);
  file_.append(sizeof header);
  file_.flush();
  file_.lost();
  return file_.error();
}

std::uint64_t Writer::write(const std::uint8_t *data, std::uint32_t captured, std::uint32_t length,
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

std::uint64_t Writer::flush() {
  file_.flush();
  return file_.lost();
}

void Writer::complain() {
  if (complained_) return;
  complained_ = true;
  std::fprintf(stderr, "%s: cannot write '%s': %s; packets are dropped from here on\n",
               label_.c_str(), name_.c_str(), file_.error().c_str());
}

}  // namespace pmill::pcap
