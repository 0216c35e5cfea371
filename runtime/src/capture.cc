// SPDX-License-Identifier: BSD-3-Clause
// Capture files that net_pcap devices use: checked before DPDK opens them, because a device that
// cannot open its file merely is not there afterwards.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "runtime.hh"

namespace pmill::runtime {
namespace {

constexpr std::uint32_t kPcap = 0xa1b2c3d4, kPcapNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kPcapng = 0x0a0d0d0a, kPcapngByteOrder = 0x1a2b3c4d;

/// A file of 32-bit words in the byte order of whoever wrote it.
class WordFile {
 public:
  explicit WordFile(const std::string &path) : file_(std::fopen(path.c_str(), "rb")) {
    struct stat s{};
    if (file_ != nullptr && fstat(fileno(file_), &s) == 0) size_ = s.st_size;
  }
  ~WordFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  WordFile(const WordFile &) = delete;
  WordFile &operator=(const WordFile &) = delete;

  /// The word at a position; nothing beyond the end.
  std::optional<std::uint32_t> word(long at) {
    std::uint32_t value = 0;
    if (file_ == nullptr || at + 4 > size_ || std::fseek(file_, at, SEEK_SET) != 0) return {};
    if (std::fread(&value, sizeof value, 1, file_) != 1) return {};
    return swap_ ? __builtin_bswap32(value) : value;
  }
  void swap_bytes(bool swap) { swap_ = swap; }
  long size() const { return size_; }

 private:
  std::FILE *file_;
  long size_ = 0;
  bool swap_ = false;
};

/// Counts the complete packets; `end` becomes where the last of them ends.
std::size_t count_pcap(WordFile &file, long &end) {
  std::size_t packets = 0;
  for (long at = 24;;) {
    end = at;
    const auto captured = file.word(at + 8);
    if (!captured || at + 16 + long{*captured} > file.size()) return packets;
    at += 16 + long{*captured};
    ++packets;
  }
}

std::size_t count_pcapng(WordFile &file) {
  std::size_t packets = 0;
  for (long at = 0;;) {
    if (file.word(at) == kPcapng) {  // a section: reads the same in both orders
      file.swap_bytes(false);
      file.swap_bytes(file.word(at + 8) != kPcapngByteOrder);
    }
    const auto type = file.word(at), length = file.word(at + 4);
    if (!type || !length || *length < 12 || at + long{*length} > file.size()) return packets;
    if (*type == 2 || *type == 3 || *type == 6) ++packets;
    at += long{*length};
  }
}

/// Why a path cannot be written, empty when it can.
std::string write_problem(const std::string &path) {
  struct stat s{};
  if (stat(path.c_str(), &s) == 0) {
    if (S_ISDIR(s.st_mode)) return "it is a directory";
    return access(path.c_str(), W_OK) == 0 ? "" : std::strerror(errno);
  }
  const auto slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "."
                                : slash == 0               ? "/"
                                                           : path.substr(0, slash);
  return access(directory.c_str(), W_OK | X_OK) == 0 ? "" : std::strerror(errno);
}

/// Regular files that a device writes; others, such as pipes, cannot be looked at.
std::vector<std::string> written_files(const VirtualDevice &device) {
  std::vector<std::string> files;
  struct stat s{};
  if (device.name.starts_with("net_pcap"))
    for (const auto &[key, path] : device.arguments)
      if (key == "tx_pcap" && stat(path.c_str(), &s) == 0 && S_ISREG(s.st_mode))
        files.push_back(path);
  return files;
}

/// The bytes of all these files.
std::uint64_t total_size(const std::vector<std::string> &files) {
  std::uint64_t bytes = 0;
  struct stat s{};
  for (const auto &path : files)
    if (stat(path.c_str(), &s) == 0) bytes += static_cast<std::uint64_t>(s.st_size);
  return bytes;
}

/// Cuts a file behind its last complete packet; returns how many it has.
std::size_t cut_capture(const std::string &path) {
  long end = 0;
  std::size_t packets = 0;
  {
    WordFile file(path);
    if (file.size() >= 24) packets = count_pcap(file, end);
  }
  // A file that cannot be cut stays as it is; a message about it comes in any case.
  [[maybe_unused]] const bool cut = end != 0 && truncate(path.c_str(), end) == 0;
  return packets;
}

}  // namespace

std::optional<std::size_t> count_packets(const std::string &path) {
  WordFile file(path);
  const auto magic = file.word(0);
  if (!magic || file.size() < 24) return {};
  if (*magic == kPcapng) return count_pcapng(file);
  const std::uint32_t swapped = __builtin_bswap32(*magic);
  file.swap_bytes(swapped == kPcap || swapped == kPcapNanoseconds);
  if (*magic == kPcap || *magic == kPcapNanoseconds || swapped == kPcap ||
      swapped == kPcapNanoseconds) {
    long end = 0;
    return count_pcap(file, end);
  }
  return {};
}

void check_captures(const std::vector<VirtualDevice> &devices) {
  for (const auto &device : devices) {
    if (!device.name.starts_with("net_pcap")) continue;
    for (const auto &[key, path] : device.arguments) {
      if (key == "rx_pcap") {
        if (access(path.c_str(), R_OK) != 0)
          fail("", "cannot read the capture " + quoted(path) + ": " + std::strerror(errno),
               "give " + device.name + " a capture file that exists, rx_pcap=FILE");
        if (!count_packets(path))
          fail("", quoted(path) + " is not a capture file (pcap or pcapng)",
               "give " + device.name + " a file written by tcpdump, Wireshark or ToDump");
      }
      if (key == "tx_pcap")
        if (const auto why = write_problem(path); !why.empty())
          fail("", "cannot write the capture " + quoted(path) + ": " + why,
               "give " + device.name + " a path in a directory you may write, tx_pcap=FILE");
    }
  }
}

void verify_captures(const std::vector<VirtualDevice> &devices) {
  for (const auto &device : devices) {
    const auto files = written_files(device);
    const auto port = std::find_if(ports().begin(), ports().end(),
                                   [&](const PortState &p) { return p.name == device.name; });
    if (files.empty() || port == ports().end()) continue;
    // The size tells at once, without reading the file, that all is well.
    const PortCounts &sent = port->counts;
    if (total_size(files) >= files.size() * 24 + sent.tx_packets * 16 + sent.tx_bytes) continue;
    std::size_t written = 0;
    for (const auto &path : files) written += cut_capture(path);
    if (written >= sent.tx_packets) continue;
    note_failure();
    std::string names;
    for (const auto &path : files) names.append(names.empty() ? "" : ", ").append(quoted(path));
    std::fprintf(stderr,
                 "error: %s holds only %zu of the %llu packets that %s sent\n"
                 "  hint: is its disk full? make room, or write to another one, tx_pcap=FILE\n",
                 names.c_str(), written, static_cast<unsigned long long>(sent.tx_packets),
                 device.name.c_str());
  }
}

bool keeps_captures(const VirtualDevice &device) {
  return device.name.starts_with("net_pcap") &&
         std::any_of(device.arguments.begin(), device.arguments.end(), [](const auto &argument) {
           return argument.first == "infinite_rx" && argument.second == "1";
         });
}

std::size_t captured_packets(const std::vector<VirtualDevice> &devices) {
  std::size_t packets = 0;
  for (const auto &device : devices) {
    if (!keeps_captures(device)) continue;
    for (const auto &[key, value] : device.arguments)
      if (key == "rx_pcap") packets += count_packets(value).value_or(0);
  }
  return packets;
}

}  // namespace pmill::runtime
