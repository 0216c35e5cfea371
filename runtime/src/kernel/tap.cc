// SPDX-License-Identifier: BSD-3-Clause
// The kernel's side of a virtual interface: address, route.
#include <net/route.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include <cstring>

#include "kernel.hh"

namespace pmill::runtime {
namespace {

sockaddr internet(std::uint32_t address) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = address;
  sockaddr general;
  std::memcpy(&general, &in, sizeof general);
  return general;
}

void check(const KernelPort &port, bool done, const char *what) {
  if (done) return;
  fail(port.receiver,
       "cannot set the " + std::string(what) + " of the interface " + quoted(port.name) + ": " +
           std::strerror(errno),
       "run the program as root, or give it cap_net_admin");
}

}  // namespace

void set_up_tap(const KernelPort &port) {
  const TapRequest &r = port.tap;
  KernelSocket control(port.name);
  if (r.address.address) {
    control.request.ifr_addr = internet(r.address.address.value);
    check(port, control.ask(SIOCSIFADDR), "address");
    control.request.ifr_netmask = internet(r.address.mask.value);
    check(port, control.ask(SIOCSIFNETMASK), "network mask");
  }
  if (!r.gateway) return;
  rtentry route{};
  route.rt_dst = internet(0);
  route.rt_genmask = internet(0);
  route.rt_gateway = internet(r.gateway.value);
  route.rt_flags = RTF_UP | RTF_GATEWAY;
  route.rt_dev = control.request.ifr_name;
  check(port, control.ask(SIOCADDRT, &route), "default route");
}

}  // namespace pmill::runtime
