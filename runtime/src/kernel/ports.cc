// SPDX-License-Identifier: BSD-3-Clause
// Ports out of interfaces of the kernel. DPDK's drivers make them; what packet sockets can do
// beyond that is asked of the sockets themselves, which are found among the process's files.
#include <dirent.h>
#include <linux/if_packet.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "kernel.hh"

namespace pmill {
namespace runtime {
namespace {

/// What belongs to a port beyond what DPDK knows.
struct KernelPortState {
  const KernelPort *port = nullptr;
  std::vector<int> sockets;  // net_af_packet's, one a queue, in no order
  std::uint64_t drops = 0;
  RingPlan ring;
};
std::deque<KernelPortState> g_kernel_ports;

/// The most queues that net_af_packet has.
constexpr unsigned kMostQueues = 16;
/// In front of a frame in a ring is the kernel's header of 66 bytes; 80 are enough for a longer
/// one. Room for a tag is added, and one byte by which a frame that is too long is known.
constexpr std::uint32_t kRingOverhead = 80 + FrameRoom::kTagBytes + 1;
constexpr std::uint32_t kRingPage = 4096;
/// A buffer counts its bytes with 16 bits, usual headroom included.
constexpr std::uint32_t kMostReceived =
    (UINT16_MAX - RTE_PKTMBUF_HEADROOM) / kRingPage * kRingPage - kRingOverhead;
/// The MTU of the loopback interface is longer than any wire's, and its buffers would be so, too.
constexpr std::uint32_t kMostUnasked = 9216 + FrameRoom::kHeaderBytes;

std::vector<int> packet_sockets(unsigned interface) {
  std::vector<int> found;
  DIR *directory = opendir("/proc/self/fd");
  if (directory == nullptr) return found;
  while (const dirent *entry = readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    sockaddr_ll address{};
    socklen_t size = sizeof address;
    if (entry->d_name[0] == '.' || getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size))
      continue;
    if (address.sll_family == AF_PACKET && static_cast<unsigned>(address.sll_ifindex) == interface)
      found.push_back(fd);
  }
  closedir(directory);
  return found;
}

/// The sockets that a driver has opened on an interface, beside those that were there `before`.
std::vector<int> new_sockets(unsigned interface, const std::vector<int> &before) {
  std::vector<int> all = packet_sockets(interface);
  std::erase_if(
      all, [&](int fd) { return std::find(before.begin(), before.end(), fd) != before.end(); });
  return all;
}

std::string device_arguments(const KernelPort &port, const RingPlan &ring, unsigned queues) {
  std::string text = "iface=" + port.name;
  if (!port.is_tap)
    // Through the queueing discipline, as everybody's frames: tcpdump sees them, tc shapes them.
    return text + ",qpairs=" + std::to_string(queues) + ",blocksz=" + std::to_string(ring.block) +
           ",framesz=" + std::to_string(ring.frame) + ",framecnt=" + std::to_string(ring.frames) +
           ",qdisc_bypass=0";
  if (port.tap.mac == EtherAddress{}) return text;
  char mac[18];
  const auto &o = port.tap.mac.octets;
  std::snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3], o[4],
                o[5]);
  return text + ",mac=" + mac;
}

void make_device(const KernelPort &port, const std::string &arguments) {
  const int error = rte_eal_hotplug_add("vdev", port.port.c_str(), arguments.c_str());
  std::uint16_t id = 0;
  if (error == 0 && rte_eth_dev_get_port_by_name(port.port.c_str(), &id) == 0) return;
  const std::string why = last_complaint();
  fail(port.label,
       "the interface " + quoted(port.name) + " could not be made a port" +
           (why.empty() ? "" : ": " + why),
       std::string("is DPDK's driver ") + (port.is_tap ? "net_tap" : "net_af_packet") +
           " installed? see all DPDK says with --verbose");
}

void set_option(const KernelPort &port, int fd, int option, const void *value, socklen_t size,
                const char *what) {
  const int level = option == SO_ATTACH_FILTER ? SOL_SOCKET : SOL_PACKET;
  if (setsockopt(fd, level, option, value, size) == 0) return;
  fail(port.label, "the kernel does not " + std::string(what) + " on " + quoted(port.name) + ": " +
                       std::strerror(errno));
}

/// What a socket shall not get, it never copies.
void set_up_sockets(const KernelPortState &state) {
  const KernelPort &port = *state.port;
  const SocketRequest &r = port.socket;
  const std::string &label = r.receives ? port.receiver : port.label;
  SocketFilter filter = make_filter(label, r);
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  for (const int fd : state.sockets)
    set_option(port, fd, SO_ATTACH_FILTER, &program, sizeof program, "take the filter");
  if (r.promisc && !state.sockets.empty()) {
    // It ends with the socket, however the program ends.
    packet_mreq membership{};
    membership.mr_ifindex = static_cast<int>(if_nametoindex(port.name.c_str()));
    membership.mr_type = PACKET_MR_PROMISC;
    set_option(port, state.sockets.front(), PACKET_ADD_MEMBERSHIP, &membership, sizeof membership,
               "become promiscuous");
  }
  if (!r.sniffer) drop_for_kernel(label, port.name);
}

/// Asks the sockets for drops since the last question, for which they then begin anew.
std::uint64_t new_drops(const KernelPortState &state) {
  std::uint64_t drops = 0;
  for (const int fd : state.sockets) {
    tpacket_stats stats{};
    socklen_t size = sizeof stats;
    if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0) drops += stats.tp_drops;
  }
  return drops;
}

/// What came before the filter was there, or before the program began, is nobody's. More than the
/// ring holds did not come before.
void forget_early_frames(const PortState &port, KernelPortState &state) {
  rte_mbuf *mbufs[32];
  for (std::uint16_t queue = 0; queue < port.rx_queues; ++queue)
    for (std::uint32_t seen = 0; seen < state.ring.frames;) {
      const unsigned n = rte_eth_rx_burst(port.id, queue, mbufs, 32);
      if (n == 0) break;
      rte_pktmbuf_free_bulk(mbufs, n);
      seen += n;
    }
  new_drops(state);
}

}  // namespace

RingPlan plan_ring(std::uint32_t longest) {
  constexpr std::uint32_t kUsual = 2048, kRingBytes = 4u << 20;
  const std::uint32_t want = longest + kRingOverhead;
  // The driver wants frames to fill their blocks, and blocks are whole pages.
  RingPlan ring;
  ring.frame = want <= kUsual ? kUsual : (want + kRingPage - 1) / kRingPage * kRingPage;
  ring.block = std::max(ring.frame, kRingPage);
  ring.frames = std::max(128u, kRingBytes / ring.frame);
  return ring;
}

void make_kernel_ports(const Setup &setup, unsigned workers) {
  for (const KernelPort &port : setup.kernel_ports()) {
    KernelPortState &state = g_kernel_ports.emplace_back();
    state.port = &port;
    if (port.is_tap) {
      make_device(port, device_arguments(port, {}, workers));
      continue;
    }
    state.ring = plan_ring(received_frame(port.name, port.socket));
    const unsigned interface = if_nametoindex(port.name.c_str());
    const std::vector<int> before = packet_sockets(interface);
    make_device(port, device_arguments(port, state.ring, std::min(workers, kMostQueues)));
    state.sockets = new_sockets(interface, before);
    set_up_sockets(state);
  }
}

void finish_kernel_port(PortState &port) {
  for (KernelPortState &state : g_kernel_ports) {
    if (state.port->port != port.name) continue;
    if (state.port->is_tap)
      set_up_tap(*state.port);
    else
      forget_early_frames(port, state);
  }
}

}  // namespace runtime

std::uint32_t received_frame(std::string_view name, const SocketRequest &request) {
  using namespace runtime;
  const std::uint32_t usual = std::min(interface_longest_frame(name), kMostUnasked);
  return std::min(std::max(request.snaplen, usual), kMostReceived);
}

std::uint64_t interface_drops(std::string_view name) {
  for (auto &state : runtime::g_kernel_ports)
    if (state.port->name == name) return state.drops += runtime::new_drops(state);
  return 0;
}

}  // namespace pmill
