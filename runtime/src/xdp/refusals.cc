// SPDX-License-Identifier: BSD-3-Clause
// Why an AF_XDP port cannot be, or cannot do what an element asks.
#include <cerrno>
#include <cstring>

#include "../device_options.hh"
#include "../device_wishes.hh"
#include "port.hh"

namespace pmill::xdp {
namespace {

using runtime::quoted;

constexpr const char *kRights =
    "run it as root, or allow it: setcap cap_net_raw,cap_net_admin,cap_bpf,cap_ipc_lock+ep PROGRAM";

}  // namespace

void refuse_options(const runtime::PortState &port) {
  // The kernel spreads packets over the queues as MODE rss would.
  const auto spreads = [](std::string_view option, const auto &request) {
    if constexpr (requires { request.mode; })
      return option == "MODE" && request.mode == RxMode::rss;
    return false;
  };
  runtime::refuse_wishes(port, spreads, [&](const std::string &label, const std::string &option) {
    runtime::refuse(port, label, option);
  });
}

void explain(const std::string &label, const Interface &interface, const std::string &what,
             int error) {
  const std::string who = quoted(interface.name);
  if (error == EPERM || error == EACCES)
    fail(label, "this program may not " + what + " " + who + ": " + std::strerror(error), kRights);
  if (error == ERANGE)
    fail(label,
         "the interface " + who + " runs no XDP programs with an MTU of " +
             std::to_string(interface.mtu),
         "ip link set " + interface.name + " mtu 1500, at both ends of a veth pair");
  if (error == ENOSPC)
    fail(label,
         "the interface " + who + " has " + std::to_string(interface.receive_queues) +
             " receive queue" + (interface.receive_queues == 1 ? "" : "s") +
             "; to run an XDP program, a veth needs as many as its peer has transmit queues",
         "ethtool -L " + interface.name + " rx N, or ethtool -L PEER tx N");
  fail(label, "this program cannot " + what + " " + who + ": " + std::strerror(error),
       "AF_XDP takes a kernel with CONFIG_XDP_SOCKETS and CONFIG_BPF_SYSCALL, and Linux 5.4; "
       "FromDevice and ToDevice do without");
}

void explain(const std::string &label, const Interface &interface, unsigned queue,
             Socket::Failure failure) {
  const std::string which = "queue " + std::to_string(queue) + " of";
  const int error = failure.error;
  switch (failure.step) {
    case Socket::Step::make:
      if (error == EAFNOSUPPORT)
        fail(label, "the kernel has no AF_XDP sockets, which " + quoted(interface.name) + " needs",
             "it takes CONFIG_XDP_SOCKETS; FromDevice and ToDevice do without");
      explain(label, interface, "open an AF_XDP socket for", error);
    case Socket::Step::memory:
      if (error == ENOBUFS || error == ENOMEM)
        fail(label,
             "the kernel does not lock the memory of the buffers for " + which + " " +
                 quoted(interface.name),
             "raise the limit (ulimit -l unlimited), give the program cap_ipc_lock, or take fewer "
             "buffers (--buffers N)");
      explain(label, interface, "register the memory of buffers for " + which, error);
    case Socket::Step::bind:
      if (error == EBUSY)
        fail(label, which + " " + quoted(interface.name) + " is another program's",
             "end that program, or take another queue: QUEUE N");
      explain(label, interface, "use " + which, error);
    case Socket::Step::rings:
    case Socket::Step::none:
      break;
  }
  explain(label, interface, "make rings for " + which, error);
}

}  // namespace pmill::xdp
