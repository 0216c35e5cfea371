// SPDX-License-Identifier: BSD-3-Clause
#include "interface.hh"

#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "../runtime.hh"

namespace pmill::xdp {
namespace {

using runtime::quoted;

/// Asks the kernel about an interface by ioctl.
class Question {
 public:
  explicit Question(const std::string &interface)
      : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
  }
  ~Question() {
    if (fd_ >= 0) close(fd_);
  }
  Question(const Question &) = delete;
  Question &operator=(const Question &) = delete;

  bool ask(unsigned long what) { return ioctl(fd_, what, &request) == 0; }
  bool ask_ethtool(void *command) {
    request.ifr_data = static_cast<char *>(command);
    return ask(SIOCETHTOOL);
  }

  ifreq request{};

 private:
  int fd_;
};

std::string known_interfaces() {
  std::vector<std::string> all;
  if (auto *list = if_nameindex(); list != nullptr) {
    for (auto *i = list; i->if_index != 0; ++i) all.emplace_back(i->if_name);
    if_freenameindex(list);
  }
  return all.empty() ? "none" : runtime::joined(all);
}

/// A number in a file of an interface; `otherwise` when there is none.
long attribute(const std::string &interface, const char *file, long otherwise) {
  std::FILE *in = std::fopen(("/sys/class/net/" + interface + "/" + file).c_str(), "r");
  if (in == nullptr) return otherwise;
  long value = 0;
  const bool read = std::fscanf(in, "%ld", &value) == 1;
  std::fclose(in);
  return read ? value : otherwise;
}

/// How many queues the interface has either way: a channel may be for one direction or for both.
void count_channels(Interface &interface) {
  Question question(interface.name);
  ethtool_channels channels{};
  channels.cmd = ETHTOOL_GCHANNELS;
  if (!question.ask_ethtool(&channels)) return;  // it has one, and cannot have more
  interface.receive_queues = std::max(1u, channels.combined_count + channels.rx_count);
  interface.transmit_queues = std::max(1u, channels.combined_count + channels.tx_count);
}

void check_link(const std::string &label, const std::string &name, Question &question) {
  question.ask(SIOCGIFHWADDR);
  const int type = question.request.ifr_hwaddr.sa_family;
  if (type != ARPHRD_ETHER && type != ARPHRD_LOOPBACK)
    fail(label,
         quoted(name) + " is no Ethernet interface (its type is " + std::to_string(type) + ")",
         "use one that carries Ethernet frames");
  question.ask(SIOCGIFFLAGS);
  if ((question.request.ifr_flags & IFF_UP) == 0)
    fail(label, "the interface " + quoted(name) + " is down", "ip link set " + name + " up");
}

}  // namespace

bool exists(const std::string &name) {
  return !name.empty() && name.size() < IFNAMSIZ && if_nametoindex(name.c_str()) != 0;
}

Interface find_interface(const std::string &label, const std::string &name) {
  if (!exists(name))
    fail(label,
         "there is no network interface " + quoted(name) + "; this network namespace has " +
             known_interfaces(),
         "name one of them, or start the program in the namespace that has it: "
         "ip netns exec NAMESPACE PROGRAM");
  Interface found{.name = name, .index = if_nametoindex(name.c_str())};
  Question question(name);
  check_link(label, name, question);
  if (question.ask(SIOCGIFMTU)) found.mtu = static_cast<std::uint32_t>(question.request.ifr_mtu);
  count_channels(found);
  found.in_software = access(("/sys/class/net/" + name + "/device").c_str(), F_OK) != 0;
  found.busy_polling = attribute(name, "napi_defer_hard_irqs", 0) > 0;
  found.numa_node = static_cast<int>(std::max(0l, attribute(name, "device/numa_node", 0)));
  return found;
}

Claim::~Claim() {
  if (fd_ >= 0) close(fd_);
}

int Claim::take(unsigned interface) {
  // Names that begin with a zero byte are no files: they go with the program, however it ends, and
  // each network namespace has its own.
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const int length =
      std::snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "pmill-xdp-%u", interface);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
  const auto *const name = reinterpret_cast<const sockaddr *>(&address);
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return 0;
  if (bind(fd_, name, size) == 0) {
    listen(fd_, 1);
    return 0;
  }
  ucred owner{};
  socklen_t bytes = sizeof owner;
  const bool known = connect(fd_, name, size) == 0 &&
                     getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &owner, &bytes) == 0;
  return known && owner.pid > 0 ? owner.pid : -1;
}

Promiscuity::~Promiscuity() {
  if (fd_ >= 0) close(fd_);
}

int Promiscuity::begin(unsigned interface) {
  fd_ = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);  // of protocol 0: it receives nothing
  packet_mreq membership{};
  membership.mr_ifindex = static_cast<int>(interface);
  membership.mr_type = PACKET_MR_PROMISC;
  const bool done = fd_ >= 0 && setsockopt(fd_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                                           sizeof membership) == 0;
  return done ? 0 : errno;
}

}  // namespace pmill::xdp
