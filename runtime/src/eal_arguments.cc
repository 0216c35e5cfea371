// SPDX-License-Identifier: BSD-3-Clause
// Which arguments EAL gets: the user's, completed so that a program runs on any machine.
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "runtime.hh"

namespace pmill::runtime {
namespace {

using Names = View<std::string_view>;

constexpr std::array<std::string_view, 6> kLcores{"-l", "-c", "--lcores",
                                                  "-s", "-S", "--main-lcore"};
constexpr std::array<std::string_view, 10> kHugepages{"--in-memory",
                                                      "--huge-dir",
                                                      "--socket-mem",
                                                      "--socket-limit",
                                                      "--huge-unlink",
                                                      "--legacy-mem",
                                                      "--single-file-segments",
                                                      "--match-allocations",
                                                      "-m",
                                                      "--huge-worker-stack"};
constexpr std::array<std::string_view, 7> kPhysical{
    "-a", "--allow", "-b", "--block", "--vfio-intr", "--vfio-vf-token", "--create-uio-dev"};
constexpr std::array<std::string_view, 2> kShared{"--proc-type", "--base-virtaddr"};

/// Whether `word` is the option `name`, alone or with its value attached.
bool is_option(std::string_view word, std::string_view name) {
  if (!word.starts_with(name)) return false;
  if (word.size() == name.size()) return true;
  return name.starts_with("--") ? word[name.size()] == '=' : true;
}

bool has(const std::vector<std::string> &words, std::string_view name) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_option(word, name); });
}

bool has_any(const std::vector<std::string> &words, Names names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return has(words, name); });
}

/// EAL's arguments for so many workers: one is the main lcore; of several it is beside them, and
/// sleeps. They share CPUs where there are too few.
std::vector<std::string> lcores_for(unsigned workers) {
  const std::vector<unsigned> cpus = allowed_cpus();
  const auto cpu = [&](unsigned i) { return std::to_string(cpus[i % cpus.size()]); };
  if (workers <= 1) return {"-l", cpu(0)};
  if (workers > cpus.size())
    std::fprintf(stderr, "warning: %u workers share %zu CPU%s\n", workers, cpus.size(),
                 cpus.size() == 1 ? "" : "s");
  std::string places = "0@" + cpu(0);
  for (unsigned i = 0; i < workers; ++i)
    places.append(",").append(std::to_string(i + 1)).append("@").append(cpu(i));
  return {"--lcores", places};
}

}  // namespace

std::vector<unsigned> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<unsigned> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return {0};
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  return cpus;
}

std::string file_prefix() { return "pmill-" + std::to_string(getpid()); }

std::vector<VirtualDevice> virtual_devices(const std::vector<std::string> &eal) {
  std::vector<VirtualDevice> devices;
  for (std::size_t i = 0; i < eal.size(); ++i) {
    if (!is_option(eal[i], "--vdev")) continue;
    if (eal[i] == "--vdev" && ++i == eal.size()) break;
    std::string_view text = eal[i];
    if (text.starts_with("--vdev=")) text.remove_prefix(7);
    VirtualDevice device;
    for (const auto part : split(text, ',')) {
      const auto equals = part.find('=');
      if (device.name.empty())
        device.name = part;
      else if (equals != std::string_view::npos)
        device.arguments.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    }
    devices.push_back(std::move(device));
  }
  return devices;
}

std::vector<std::string> eal_arguments(const Options &options, bool uses_ports,
                                       std::size_t megabytes) {
  const auto &user = options.eal;
  std::vector<std::string> all{options.program};
  const auto add = [&](auto... words) { (all.emplace_back(words), ...); };

  if (!has_any(user, kLcores)) {
    const auto lcores = lcores_for(options.workers);
    all.insert(all.end(), lcores.begin(), lcores.end());
  } else if (options.workers != 0) {
    fail("", "--workers and EAL's arguments both say which lcores there are",
         "leave one of them out");
  }
  const bool only_virtual =
      !has_any(user, kPhysical) && (!options.has_eal || !uses_ports || has(user, "--no-pci") ||
                                    has(user, "--vdev") || has(user, "--no-huge"));
  if (only_virtual && !has(user, "--no-pci")) add("--no-pci");
  const bool small_pages = has(user, "--no-huge") || (only_virtual && !has_any(user, kHugepages));
  if (small_pages) {
    if (!has(user, "--no-huge")) add("--no-huge");
    if (!has(user, "-m")) add("-m", std::to_string(megabytes));
    if (!has(user, "--no-shconf") && !has_any(user, kShared)) add("--no-shconf");
  }
  if (!has(user, "--telemetry") && !has(user, "--no-telemetry")) add("--no-telemetry");
  // Two programs must not meet in one runtime directory; secondary processes want to.
  if (!has(user, "--file-prefix") && !has_any(user, kShared)) add("--file-prefix", file_prefix());
  all.insert(all.end(), user.begin(), user.end());
  return all;
}

}  // namespace pmill::runtime
