// SPDX-License-Identifier: BSD-3-Clause
// Interfaces of the kernel, as the parts of the runtime see them.
#pragma once

#include <linux/filter.h>
#include <net/if.h>

#include "../runtime.hh"

namespace pmill::runtime {

/// A socket through which the kernel is asked about an interface, or told something.
class KernelSocket {
 public:
  explicit KernelSocket(std::string_view interface);
  ~KernelSocket();
  KernelSocket(const KernelSocket &) = delete;
  KernelSocket &operator=(const KernelSocket &) = delete;

  /// Performs an ioctl on `request`, which bears the interface's name; false with errno.
  bool ask(unsigned long what);
  /// The same for an ioctl that takes something else.
  bool ask(unsigned long what, void *argument);

  ifreq request{};

 private:
  int fd_;
};

/// How a ring of the kernel for a packet socket is laid out, in bytes and frames.
struct RingPlan {
  std::uint32_t frame = 0;  // room for one, the kernel's header included
  std::uint32_t block = 0;
  std::uint32_t frames = 0;
};
/// The ring for frames of up to `longest` bytes without a tag.
RingPlan plan_ring(std::uint32_t longest);

/// Makes the ports of all interfaces; EAL runs.
void make_kernel_ports(const Setup &setup, unsigned workers);
/// Does what is possible only when a port has started: forgets what came before, sets addresses.
void finish_kernel_port(PortState &port);

/// A filter for packet sockets: what it returns is how much of a packet they get.
using SocketFilter = std::vector<sock_filter>;
/// The filter of a request. Ends the program, in the name of `label`, when its expression is wrong
/// or libpcap is not there.
SocketFilter make_filter(const std::string &label, const SocketRequest &request);

/// Lets the kernel drop what it receives on an interface, behind packet sockets, for as long as
/// the program lives. Ends the program, in the name of `label`, when the kernel cannot.
void drop_for_kernel(const std::string &label, const std::string &interface);

/// Gives a virtual interface its address and a route.
void set_up_tap(const KernelPort &port);

}  // namespace pmill::runtime
