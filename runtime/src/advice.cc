// SPDX-License-Identifier: BSD-3-Clause
// What a program that cannot start says of the machine: the same that `pmill doctor` finds.
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "runtime.hh"

namespace pmill::runtime {
namespace {

// Drivers of the kernel's under which DPDK gets at a device; the last stay the kernel's, too.
constexpr std::string_view kForDpdk[] = {"vfio-pci",  "uio_pci_generic", "igb_uio",
                                         "mlx4_core", "mlx5_core",       "mana"};

bool is_network(const std::string &folder) {
  std::FILE *file = std::fopen((folder + "/class").c_str(), "r");
  if (file == nullptr) return false;
  unsigned number = 0;
  const bool read = std::fscanf(file, "%x", &number) == 1;
  std::fclose(file);
  return read && number >> 16 == 0x02;
}

/// The name of the driver that a device is bound to; empty when there is none.
std::string bound_driver(const std::string &folder) {
  char target[256];
  const ssize_t n = readlink((folder + "/driver").c_str(), target, sizeof target);
  if (n <= 0) return {};
  const std::string_view path(target, static_cast<std::size_t>(n));
  return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace

std::vector<Nic> nics(const std::string &devices) {
  std::vector<Nic> all;
  DIR *folder = opendir(devices.c_str());
  if (folder == nullptr) return all;
  while (const dirent *entry = readdir(folder)) {
    const std::string address = entry->d_name, path = devices + "/" + address;
    if (address.starts_with('.') || !is_network(path)) continue;
    const std::string driver = bound_driver(path);
    const bool usable =
        std::find(std::begin(kForDpdk), std::end(kForDpdk), driver) != std::end(kForDpdk);
    all.push_back({address, driver.empty() ? "no driver" : driver, usable});
  }
  closedir(folder);
  std::sort(all.begin(), all.end(),
            [](const Nic &a, const Nic &b) { return a.address < b.address; });
  return all;
}

std::string about_nics(const std::string &devices) {
  const std::vector<Nic> all = nics(devices);
  if (all.empty()) return "this machine has no NIC on PCI";
  std::vector<std::string> usable, others;
  for (const Nic &nic : all)
    (nic.usable ? usable : others).push_back(nic.address + " (" + nic.driver + ")");
  if (usable.empty())
    return "the kernel has the NIC" + std::string(others.size() == 1 ? " " : "s ") +
           joined(others) + ": dpdk-devbind.py --bind=vfio-pci ADDRESS gives one to DPDK";
  return "DPDK can have " + joined(usable) + ": -- -a ADDRESS";
}

}  // namespace pmill::runtime
