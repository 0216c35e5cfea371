// SPDX-License-Identifier: BSD-3-Clause
// The files of a program's elements: inputs are loaded, clashes noticed, outputs written.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <list>
#include <memory>
#include <pmill/io/file.hh>
#include <pmill/io/pcap.hh>

namespace pmill {
namespace {

// There are few files, so lists will do.
struct Loaded {
  std::string name;
  Bytes content;
  std::vector<std::uint8_t> read;
};
std::list<Loaded> &inputs() {
  static std::list<Loaded> all;
  return all;
}

bool map_all(int fd, const struct stat &facts, Loaded &input) {
  const auto size = static_cast<std::size_t>(facts.st_size);
  // What was already read of a shared standard input is no part of it.
  if (size == 0 || lseek(fd, 0, SEEK_CUR) != 0) return false;
  void *at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (at == MAP_FAILED) return false;
  input.content = {static_cast<const std::uint8_t *>(at), size};
  return true;
}
std::string read_all(int fd, Loaded &input) {
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

std::string load_new(bool map, Loaded &input) {
  const std::string &name = input.name;
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

struct Use {
  std::string path;
  bool writes;
};
std::list<Use> &uses() {
  static std::list<Use> all;
  return all;
}

/// Whether a file can be created, without changing what it holds now; the empty string, or what is
/// wrong.
std::string creation_problem(const std::string &name) {
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

}  // namespace

bool InputFiles::exists(std::string_view name) {
  return name == "-" || ::access(std::string(name).c_str(), F_OK) == 0;
}

std::string InputFiles::load(std::string_view name, bool map, Bytes &content) {
  for (const Loaded &input : inputs())
    if (input.name == name) {
      content = input.content;
      return {};
    }
  Loaded &input = inputs().emplace_back();
  input.name = name;
  if (std::string error = load_new(map, input); !error.empty()) {
    inputs().pop_back();
    return error;
  }
  content = input.content;
  return {};
}

bool FileUses::claim(std::string_view name, bool writes) {
  if (name == "-") return true;
  const std::string path = canonical(std::string(name));
  struct stat facts{};
  if (stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) return true;
  for (const Use &use : uses())
    if (use.path == path) return !writes && !use.writes;
  uses().push_back({path, writes});
  return true;
}

OutputFile::~OutputFile() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
}

void OutputFile::claim(std::string_view name, const Setup &setup) {
  const std::string path(name);
  if (!FileUses::claim(name, true))
    setup.fail("'" + path + "' is also used by another element", "write to another file");
  if (const std::string error = creation_problem(path); !error.empty())
    setup.fail("cannot write '" + path + "': " + error,
               "give a name in a directory that exists and can be written");
}

std::string OutputFile::create(std::string_view name) {
  const std::string path(name);
  fd_ = path == "-" ? STDOUT_FILENO
                    : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd_ < 0) error_ = std::strerror(errno);
  return error_;
}

std::size_t OutputFile::write(const std::uint8_t *bytes, std::size_t count) {
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

void OutputFile::cut(std::size_t bytes) {
  const off_t end = lseek(fd_, 0, SEEK_CUR);
  if (end >= 0 && ftruncate(fd_, end - static_cast<off_t>(bytes)) != 0)
    error_ = std::strerror(errno);
}

namespace pcap {
namespace {

/// The link types of the program's FromDump elements, by name.
struct LinkOf {
  std::string element;
  std::uint32_t link;
};
std::list<LinkOf> &links() {
  static std::list<LinkOf> all;
  return all;
}

}  // namespace

void publish_link(std::string_view element, std::uint32_t link) {
  links().push_back({std::string(element), link});
}

std::string find_link(std::string_view asker, std::string_view name, std::uint32_t &link) {
  for (auto cut = asker.rfind('/');; cut = asker.rfind('/', cut - 1)) {
    const auto prefix =
        cut == std::string_view::npos ? std::string{} : std::string(asker.substr(0, cut + 1));
    const std::string full = prefix + std::string(name);
    for (const LinkOf &found : links())
      if (found.element == full) {
        link = found.link;
        return {};
      }
    if (cut == std::string_view::npos || cut == 0) break;
  }
  return "there is no FromDump '" + std::string(name) + "'";
}

}  // namespace pcap
}  // namespace pmill
