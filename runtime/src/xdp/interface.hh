// SPDX-License-Identifier: BSD-3-Clause
// What is known of an interface of the kernel before a socket is bound to one of its queues.
#pragma once

#include <cstdint>
#include <string>

namespace pmill::xdp {

/// An Ethernet interface that is there and up.
struct Interface {
  std::string name;
  unsigned index = 0;
  std::uint32_t mtu = 0;                             // bytes, without the Ethernet header
  unsigned receive_queues = 1, transmit_queues = 1;  // channels that are in use
  bool in_software = false;   // no wire: what comes in may have unfinished checksums
  bool busy_polling = false;  // its owner has told the kernel to let programs poll it
  int numa_node = 0;
};

/// Whether there is an interface of the name.
bool exists(const std::string &name);
/// Finds out about an interface. Ends the program, in the name of `label`, when there is none that
/// an AF_XDP socket can use.
Interface find_interface(const std::string &label, const std::string &name);

/// A name that only one program of a network namespace can have, as long as it lives: it receives
/// from the interface.
class Claim {
 public:
  ~Claim();
  /// Claims an interface; 0, or the process that has it (-1 when the kernel does not say).
  int take(unsigned interface);

 private:
  int fd_ = -1;
};

/// Lets an interface receive frames for anybody, as long as the object lives; errno or 0.
class Promiscuity {
 public:
  ~Promiscuity();
  int begin(unsigned interface);

 private:
  int fd_ = -1;
};

}  // namespace pmill::xdp
