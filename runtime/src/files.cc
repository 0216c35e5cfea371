// SPDX-License-Identifier: BSD-3-Clause
// The files of a program's elements, when it starts: inputs are loaded, and clashes noticed.
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <pmill/io/file.hh>
#include <pmill/io/pcap.hh>

namespace pmill {
namespace {

struct Input {
  Bytes content;
  std::vector<std::uint8_t> read;
};
std::map<std::string, Input> &inputs() {
  static std::map<std::string, Input> all;
  return all;
}

bool map_all(int fd, const struct stat &facts, Input &input) {
  const auto size = static_cast<std::size_t>(facts.st_size);
  // What was already read of a shared standard input is no part of it.
  if (size == 0 || lseek(fd, 0, SEEK_CUR) != 0) return false;
  void *at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (at == MAP_FAILED) return false;
  input.content = {static_cast<const std::uint8_t *>(at), size};
  return true;
}
std::string read_all(int fd, Input &input) {
  std::size_t used = 0;
  for (;;) {
    if (used == input.read.size()) input.read.resize(used < 65536 ? 65536 : 2 * used);
    const ssize_t n = ::read(fd, input.read.data() + used, input.read.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::strerror(errno);
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
  }
  input.content = {input.read.data(), used};
  return {};
}

std::string load_new(const std::string &name, bool map, Input &input) {
  const int fd = name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::strerror(errno);
  struct stat facts{};
  fstat(fd, &facts);
  std::string error;
  if (S_ISDIR(facts.st_mode))
    error = std::strerror(EISDIR);
  else if (!map || !S_ISREG(facts.st_mode) || !map_all(fd, facts, input))
    error = read_all(fd, input);
  if (fd != STDIN_FILENO) ::close(fd);
  return error;
}

/// The one name of a file, which may not exist yet: then its directory's, and its own.
std::string canonical(const std::string &name) {
  using Text = std::unique_ptr<char, decltype(&std::free)>;
  if (const Text path(realpath(name.c_str(), nullptr), std::free); path != nullptr)
    return path.get();
  const auto slash = name.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : name.substr(0, slash + 1);
  const Text path(realpath(folder.c_str(), nullptr), std::free);
  return path == nullptr ? name : std::string(path.get()) + "/" + name.substr(slash + 1);
}

std::map<std::string, bool> &uses() {
  static std::map<std::string, bool> all;
  return all;
}

}  // namespace

std::string InputFiles::load(std::string_view name, bool map, Bytes &content) {
  const auto [at, is_new] = inputs().try_emplace(std::string(name));
  if (is_new)
    if (std::string error = load_new(at->first, map, at->second); !error.empty()) {
      inputs().erase(at);
      return error;
    }
  content = at->second.content;
  return {};
}

bool FileUses::claim(std::string_view name, bool writes) {
  if (name == "-") return true;
  const std::string path = canonical(std::string(name));
  struct stat facts{};
  if (stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) return true;
  const auto [at, is_new] = uses().try_emplace(path, writes);
  return is_new || (!writes && !at->second);
}

namespace pcap {
namespace {

/// The link types of the program's FromDump elements, by name.
std::map<std::string, std::uint32_t, std::less<>> &links() {
  static std::map<std::string, std::uint32_t, std::less<>> all;
  return all;
}

}  // namespace

void publish_link(std::string_view element, std::uint32_t link) {
  links()[std::string(element)] = link;
}

std::string find_link(std::string_view asker, std::string_view name, std::uint32_t &link) {
  for (auto cut = asker.rfind('/');; cut = asker.rfind('/', cut - 1)) {
    const auto prefix =
        cut == std::string_view::npos ? std::string{} : std::string(asker.substr(0, cut + 1));
    if (const auto found = links().find(prefix + std::string(name)); found != links().end()) {
      link = found->second;
      return {};
    }
    if (cut == std::string_view::npos || cut == 0) break;
  }
  return "there is no FromDump '" + std::string(name) + "'";
}

}  // namespace pcap
}  // namespace pmill
