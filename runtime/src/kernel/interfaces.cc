// SPDX-License-Identifier: BSD-3-Clause
// Which interfaces of the kernel the elements mean. Whatever is wrong with one is said before EAL
// starts.
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernel.hh"

namespace pmill {
namespace runtime {

KernelSocket::KernelSocket(std::string_view interface)
    : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
}
KernelSocket::~KernelSocket() {
  if (fd_ >= 0) close(fd_);
}
bool KernelSocket::ask(unsigned long what) { return ask(what, &request); }
bool KernelSocket::ask(unsigned long what, void *argument) {
  return ioctl(fd_, what, argument) == 0;
}

namespace {

/// The longest frame of net_tap, with a VLAN tag and a checksum.
constexpr std::uint32_t kMostTapFrame = 1522;

/// How much longer buffers must be for a frame to have so much in front of it.
std::uint32_t more_headroom(std::uint32_t wanted) {
  return std::max<std::uint32_t>(wanted, RTE_PKTMBUF_HEADROOM) - RTE_PKTMBUF_HEADROOM;
}

bool exists(std::string_view name) {
  return !name.empty() && name.size() < IFNAMSIZ && if_nametoindex(std::string(name).c_str()) != 0;
}

[[noreturn]] void fail_missing(const Setup &setup, std::string_view name) {
  std::vector<std::string> all;
  if (auto *list = if_nameindex(); list != nullptr) {
    for (auto *i = list; i->if_index != 0; ++i) all.emplace_back(i->if_name);
    if_freenameindex(list);
  }
  setup.fail("there is no network interface " + quoted(name) + "; this network namespace has " +
                 (all.empty() ? "none" : joined(all)),
             "name one of them, or start the program in the namespace that has it: "
             "ip netns exec NAMESPACE PROGRAM");
}

/// Ends the program when an interface cannot be used through a packet socket.
void check_interface(const Setup &setup, std::string_view name) {
  if (!exists(name)) fail_missing(setup, name);
  KernelSocket control(name);
  control.ask(SIOCGIFHWADDR);
  const int type = control.request.ifr_hwaddr.sa_family;
  if (type != ARPHRD_ETHER && type != ARPHRD_LOOPBACK)
    setup.fail(quoted(name) + " is no Ethernet interface (its type is " + std::to_string(type) +
                   "), and DPDK knows only Ethernet",
               "use one that carries Ethernet frames");
  control.ask(SIOCGIFFLAGS);
  if ((control.request.ifr_flags & IFF_UP) == 0)
    setup.fail("the interface " + quoted(name) + " is down",
               "ip link set " + std::string(name) + " up");
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (fd < 0)
    setup.fail(std::string("this program may not open packet sockets: ") + std::strerror(errno),
               "run it as root, or allow it: setcap cap_net_raw,cap_net_admin+ep PROGRAM");
  close(fd);
}

/// Ends the program when it cannot make a virtual interface, or join one that is there.
void check_tap(const Setup &setup, std::string_view name) {
  if (name.size() >= IFNAMSIZ || name.find_first_of("/ :%,=[]") != name.npos)
    setup.fail(quoted(name) + " cannot be the name of an interface",
               "up to 15 letters and digits, such as tap0");
  const bool there = exists(name);
  const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (fd < 0)
    setup.fail(std::string("cannot open /dev/net/tun: ") + std::strerror(errno),
               "virtual interfaces need the kernel's module tun: modprobe tun, as root");
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE;
  const int error = ioctl(fd, TUNSETIFF, &request) == 0 ? 0 : errno;
  close(fd);
  if (error == 0) return;
  const std::string who = quoted(name);
  if (error == EPERM)
    setup.fail("this program may not make the interface " + who + ": " + std::strerror(error),
               "run it as root, or allow it: setcap cap_net_raw,cap_net_admin+ep PROGRAM");
  if (there)
    setup.fail("the interface " + who + " is there already, and is no TAP interface with queues",
               "choose another name, or make it with: ip tuntap add " + std::string(name) +
                   " mode tap multi_queue");
  setup.fail("cannot make the interface " + who + ": " + std::strerror(error),
             "is there another program that uses it?");
}

}  // namespace
}  // namespace runtime

KernelPort *Setup::find_interface(std::string_view name) {
  const auto found = std::find_if(kernel_ports_.begin(), kernel_ports_.end(),
                                  [&](const KernelPort &p) { return p.name == name; });
  return found == kernel_ports_.end() ? nullptr : &*found;
}

KernelPort &Setup::claim(std::string_view name, bool is_tap, bool receives) {
  runtime::state().kernel = {runtime::make_kernel_ports, runtime::finish_kernel_port};
  KernelPort *port = find_interface(name);
  if (port == nullptr) {
    port = &kernel_ports_.emplace_back();
    port->label = label_;
    port->name = name;
    port->port = (is_tap ? "net_tap_" : "net_af_packet_") + std::string(name);
    port->is_tap = is_tap;
  }
  const std::string who = runtime::quoted(name);
  if (port->is_tap != is_tap)
    fail(who + " is the virtual interface of " + port->label,
         "FromHost and ToHost are its elements; name another interface here");
  if (receives) {
    if (!port->receiver.empty())
      fail(port->receiver + " receives from " + who + " already",
           "give its packets to both ways with a Tee");
    port->receiver = label_;
  }
  return *port;
}

std::string Setup::use_interface(std::string_view name, const SocketRequest &request) {
  using namespace runtime;
  make_filter(label_, request);  // it may be wrong
  if (find_interface(name) == nullptr) check_interface(*this, name);
  KernelPort &port = claim(name, false, request.receives);
  if (request.receives) port.socket = request;
  const RingPlan ring = plan_ring(received_frame(name, port.socket));
  // The driver insists on buffers for all that a frame of the ring has room for.
  buffers(ring.frame + more_headroom(request.headroom));
  return port.port;
}

std::string Setup::make_tap(std::string_view name, const TapRequest &request) {
  using namespace runtime;
  std::string chosen(name);
  for (unsigned n = 0; chosen.empty(); ++n) {
    const std::string next = "tap" + std::to_string(n);
    if (!exists(next) && find_interface(next) == nullptr) chosen = next;
  }
  if (request.gateway && !request.address.contains(request.gateway))
    fail("the GATEWAY is not in the network of the interface's address",
         "name a host of that network, or leave GATEWAY out");
  if (find_interface(chosen) == nullptr) check_tap(*this, chosen);
  KernelPort &port = claim(chosen, true, request.receives);
  if (!request.receives) return port.port;
  port.tap = request;
  buffers(kMostTapFrame + more_headroom(request.headroom));
  return port.port;
}

EtherAddress interface_address(std::string_view name) {
  runtime::KernelSocket control(name);
  EtherAddress address;
  if (control.ask(SIOCGIFHWADDR))
    std::memcpy(address.octets.data(), control.request.ifr_hwaddr.sa_data, address.octets.size());
  return address;
}

std::uint32_t interface_longest_frame(std::string_view name) {
  runtime::KernelSocket control(name);
  const int mtu = control.ask(SIOCGIFMTU) ? control.request.ifr_mtu : 1500;
  return static_cast<std::uint32_t>(mtu) + FrameRoom::kHeaderBytes;
}

}  // namespace pmill
