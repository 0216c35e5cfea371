// SPDX-License-Identifier: BSD-3-Clause
// EAL's start and end. What it and the drivers print goes to a file in memory, from which the
// cause of a failure is read; with --verbose it goes to the user.
#include <fcntl.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "runtime.hh"

namespace pmill {
namespace {

/// Everything DPDK prints until the program runs.
class Chatter {
 public:
  void open() {
    fd_ = memfd_create("pmill-eal", MFD_CLOEXEC);
    if (fd_ >= 0) log_ = fdopen(dup(fd_), "w");
    if (log_ == nullptr) return;
    std::setvbuf(log_, nullptr, _IONBF, 0);
    rte_openlog_stream(log_);
  }
  /// Catches what is printed past the log, until the object is gone.
  class Redirection {
   public:
    explicit Redirection(int to) {
      if (to < 0) return;
      std::fflush(stdout);
      for (int fd : {1, 2}) saved_[fd - 1] = dup(fd), dup2(to, fd);
    }
    ~Redirection() {
      std::fflush(stdout);
      for (int fd : {1, 2})
        if (saved_[fd - 1] >= 0) dup2(saved_[fd - 1], fd), close(saved_[fd - 1]);
    }
    Redirection(const Redirection &) = delete;
    Redirection &operator=(const Redirection &) = delete;

   private:
    int saved_[2] = {-1, -1};
  };
  int descriptor() const { return fd_; }

  /// What was said, up to the summary of all options that EAL prints after an error.
  std::string text() const {
    std::string all;
    char part[4096];
    off_t at = 0;
    for (ssize_t n; fd_ >= 0 && (n = pread(fd_, part, sizeof part, at)) > 0; at += n)
      all.append(part, static_cast<std::size_t>(n));
    return all.substr(0, all.find("\nUsage: "));
  }

 private:
  int fd_ = -1;
  std::FILE *log_ = nullptr;
};

Chatter &chatter() {
  static Chatter the;
  return the;
}

/// The last thing DPDK complained about, without what it always says.
std::string complaint() {
  static constexpr std::string_view kUsual[] = {
      "Detected ",    "Physical addresses", "Selected IOVA", "Multi-process socket",
      "Bus (vdev)",   "Probe PCI driver",   "Using IOVA",    "No available",
      "vdev_probe()", "VFIO support",       "Cannot probe",  "Invalid 'command line'",
      "TELEMETRY",    "dev_configure = "};
  const std::string all = chatter().text();
  std::string last;
  for (auto line : runtime::split(all, '\n')) {
    for (const std::string_view prefix : {"EAL: ", "FATAL: ", "ETHDEV: "})
      if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
    const auto usual = [&](std::string_view words) { return line.find(words) != line.npos; };
    if (line.empty() || std::any_of(std::begin(kUsual), std::end(kUsual), usual)) continue;
    last = line;
  }
  while (!last.empty() && (last.back() == '.' || last.back() == ' ')) last.pop_back();
  return last;
}

[[noreturn]] void explain_failure(const Options &options, std::size_t megabytes) {
  const std::string said = chatter().text();
  const auto heard = [&](std::string_view words) { return said.find(words) != said.npos; };
  const std::string no_huge = "--no-huge -m " + std::to_string(megabytes);
  if (heard("ugepage") || heard("hugetlbfs"))
    fail("",
         heard("ermission denied") || geteuid() != 0
             ? "no hugepages can be used: none are reserved, or this user may not use them"
             : "no hugepages can be used: none are reserved",
         "do without (-- " + no_huge +
             ") or reserve some: echo 512 | sudo tee "
             "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages" +
             std::string(runtime::kDoctor));
  if (heard("nable to parse device") || heard("failed to parse device")) {
    const auto at = said.find("arse device ");
    const auto rest = std::string_view(said).substr(at + 13);
    fail("",
         "no DPDK driver makes the device " +
             runtime::quoted(rest.substr(0, rest.find_first_of("'\"\n"))),
         "drivers for virtual devices are net_pcap, net_null, net_tap, net_ring, net_af_packet, "
         "net_af_xdp; a number is appended, as in --vdev net_null0");
  }
  if (heard("annot allocate memory"))
    fail("", "not enough memory to start DPDK: " + complaint(),
         "free some, or ask for less with -- -m MEGABYTES" + std::string(runtime::kDoctor));
  if (heard("another primary process"))
    fail("", "another DPDK program runs with the same --file-prefix",
         "give this one a --file-prefix of its own");
  const std::string why = complaint();
  fail("", "DPDK did not start: " + (why.empty() ? rte_strerror(rte_errno) : why),
       "check the arguments after --" +
           std::string(options.verbose ? "" : ", or see all DPDK says with --verbose") +
           std::string(runtime::kDoctor));
}

/// A virtual device whose driver refused it is silently absent, and all port numbers after it
/// would shift.
void check_devices(const std::vector<runtime::VirtualDevice> &devices) {
  for (const auto &device : devices) {
    std::uint16_t port = 0;
    const bool network = device.name.starts_with("net_") || device.name.starts_with("eth_");
    if (!network || rte_eth_dev_get_port_by_name(device.name.c_str(), &port) == 0) continue;
    const std::string why = complaint();
    fail("",
         "the device " + runtime::quoted(device.name) + " could not be made" +
             (why.empty() ? "" : ": " + why),
         "check the arguments of --vdev " + device.name + ", or see all DPDK says with --verbose");
  }
}

/// Memory for DPDK itself and for whatever elements do not announce.
constexpr std::size_t kBaseMegabytes = 128;
/// What a queue's ring may have at most without an NDESC.
constexpr std::size_t kGuessedDescriptors = 2048;

std::size_t needed_megabytes(const Options &options, const Setup &setup,
                             const std::vector<runtime::VirtualDevice> &devices) {
  // One worker unless the user named lcores; memory that is never touched costs nothing.
  const std::size_t workers = options.has_eal ? runtime::allowed_cpus().size() : 1;
  const std::size_t queues = workers * (setup.receive().size() + setup.transmit().size());
  const auto &xdp = runtime::state().xdp;
  const std::size_t more = xdp.ring_buffers == nullptr ? 0 : xdp.ring_buffers();
  const auto plan = runtime::plan_pool(setup, workers, queues * kGuessedDescriptors + more,
                                       runtime::captured_packets(devices), options);
  return kBaseMegabytes + (plan.bytes() >> 20);
}

/// Memory that is not there would be granted, and the program killed when it touches it.
void check_memory(std::size_t megabytes) {
  std::FILE *file = std::fopen("/proc/meminfo", "r");
  if (file == nullptr) return;
  char line[128];
  unsigned long kilobytes = 0;
  while (std::fgets(line, sizeof line, file) != nullptr)
    if (std::sscanf(line, "MemAvailable: %lu kB", &kilobytes) == 1) break;
  std::fclose(file);
  const std::size_t available = kilobytes >> 10;
  if (kilobytes == 0 || megabytes <= available + kBaseMegabytes) return;
  fail("",
       "not enough memory: the buffers take " + std::to_string(megabytes - kBaseMegabytes) +
           " MB, and the machine has " + std::to_string(available) + " MB free",
       "take fewer buffers with --buffers N" + std::string(runtime::kDoctor));
}

/// Devices of the driver that the program contains, for which the user gave no arguments.
void add_own_devices(const Setup &setup, const std::vector<runtime::VirtualDevice> &given,
                     std::vector<std::string> &words) {
  std::vector<std::string> known;
  for (const auto &device : given) known.push_back(device.name);
  const auto add = [&](const std::string &port) {
    const std::string name = device_name(port);
    if (name == port || std::find(known.begin(), known.end(), name) != known.end()) return;
    known.push_back(name);
    words.insert(words.end(), {"--vdev", name});
  };
  for (const auto &entry : setup.receive()) add(entry.port);
  for (const auto &entry : setup.transmit()) add(entry.port);
}

}  // namespace

void start_eal(const Options &options, const Setup &setup) {
  const auto devices = runtime::virtual_devices(options.eal);
  runtime::check_captures(devices);
  const std::size_t megabytes = needed_megabytes(options, setup, devices);
  check_memory(megabytes);
  std::vector<std::string> words =
      runtime::eal_arguments(options, setup.uses_given_ports(), megabytes);
  add_own_devices(setup, devices, words);
  if (options.verbose) {
    std::string line = "EAL arguments:";
    for (std::size_t i = 1; i < words.size(); ++i) line += " " + words[i];
    std::fprintf(stderr, "%s\n", line.c_str());
  } else {
    chatter().open();
  }
  std::vector<char *> argv;
  for (auto &word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int result = 0;
  {
    const Chatter::Redirection redirection(chatter().descriptor());
    result = rte_eal_init(static_cast<int>(words.size()), argv.data());
  }
  if (result < 0) explain_failure(options, megabytes);
  runtime::state().eal_runs = true;
  check_devices(devices);
}

std::vector<unsigned> worker_lcores() {
  std::vector<unsigned> lcores;
  unsigned lcore = 0;
  RTE_LCORE_FOREACH_WORKER(lcore) lcores.push_back(lcore);
  if (lcores.empty()) lcores.push_back(rte_get_main_lcore());
  return lcores;
}

std::string last_complaint() { return complaint(); }

void stop_eal() {
  const std::string directory = rte_eal_get_runtime_dir();
  if (runtime::state().eal_runs) rte_eal_cleanup();
  runtime::state().eal_runs = false;
  // With a prefix that only this process has, what EAL leaves there is nobody else's.
  if (!directory.ends_with(runtime::file_prefix())) return;
  for (const char *name : {"/config", "/mp_socket"}) unlink((directory + name).c_str());
  rmdir(directory.c_str());
}

}  // namespace pmill
