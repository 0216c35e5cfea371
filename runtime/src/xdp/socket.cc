// SPDX-License-Identifier: BSD-3-Clause
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <ctime>
#include <pmill/xdp/socket.hh>

namespace pmill::xdp {
namespace {

/// Frames that one call transmits where the kernel copies them (Linux 6.17 and later).
constexpr int kTransmitBudgetOption = 9;
/// Busy polling: microseconds and frames of one call. The kernel's own numbers.
constexpr int kPollMicroseconds = 20, kPollBudget = 64;

bool set(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

void wait_for_queue() {
  const timespec millisecond{.tv_sec = 0, .tv_nsec = 1'000'000};
  nanosleep(&millisecond, nullptr);
}

}  // namespace

int Socket::request_rings(const SocketPlan &plan) {
  // Twice as many chunks may be posted as frames wait: so many are on their way.
  const int receive = static_cast<int>(plan.receive_ring);
  const int transmit = static_cast<int>(plan.transmit_ring);
  const bool done = set(fd_, SOL_XDP, XDP_UMEM_FILL_RING, 2 * receive) &&
                    set(fd_, SOL_XDP, XDP_UMEM_COMPLETION_RING, transmit) &&
                    set(fd_, SOL_XDP, XDP_RX_RING, receive) &&
                    set(fd_, SOL_XDP, XDP_TX_RING, transmit);
  return done ? 0 : errno;
}

template <typename R>
bool Socket::map(R &ring, Mapping &mapping, const xdp_ring_offset &at, std::uint32_t entries,
                 std::uint64_t where) {
  const std::size_t entry = sizeof(ring.at(0));
  const std::size_t bytes = at.desc + entries * entry;
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd_,
                      static_cast<off_t>(where));
  if (memory == MAP_FAILED) return false;
  mapping = {static_cast<std::byte *>(memory), bytes};
  ring.map(mapping.memory, at, entries);
  return true;
}

int Socket::map_rings(const SocketPlan &plan) {
  xdp_mmap_offsets at{};
  socklen_t size = sizeof at;
  if (getsockopt(fd_, SOL_XDP, XDP_MMAP_OFFSETS, &at, &size) != 0) return errno;
  if (size != sizeof at) return EOPNOTSUPP;  // Linux before 5.4
  const bool done =
      map(fill, mappings_[0], at.fr, 2 * plan.receive_ring, XDP_UMEM_PGOFF_FILL_RING) &&
      map(completed, mappings_[1], at.cr, plan.transmit_ring, XDP_UMEM_PGOFF_COMPLETION_RING) &&
      map(received, mappings_[2], at.rx, plan.receive_ring, XDP_PGOFF_RX_RING) &&
      map(transmit, mappings_[3], at.tx, plan.transmit_ring, XDP_PGOFF_TX_RING);
  return done ? 0 : errno;
}

int Socket::bind_queue(const SocketPlan &plan) {
  sockaddr_xdp address{};
  address.sxdp_family = AF_XDP;
  address.sxdp_ifindex = plan.interface;
  address.sxdp_queue_id = plan.queue;
  // With neither XDP_COPY nor XDP_ZEROCOPY the kernel tries not to copy, and copies if it must.
  address.sxdp_flags = XDP_USE_NEED_WAKEUP | (plan.copy ? XDP_COPY : 0);
  if (plan.sibling != nullptr) {  // whose flags it has, too
    address.sxdp_flags = XDP_SHARED_UMEM;
    address.sxdp_shared_umem_fd = static_cast<std::uint32_t>(plan.sibling->fd_);
  }
  constexpr int kMostTries = 1000;  // the kernel frees a queue some time after its socket is closed
  for (int tries = 0;; ++tries) {
    if (bind(fd_, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0) return 0;
    if (errno != EBUSY || tries == kMostTries) return errno;
    wait_for_queue();
  }
}

Socket::Failure Socket::open(const SocketPlan &plan) {
  const Failure failure = open_once(plan);
  if (plan.sibling == nullptr || failure.step == Step::none || failure.error == EBUSY)
    return failure;
  close();
  SocketPlan alone = plan;
  alone.sibling = nullptr;
  return open_once(alone);
}

Socket::Failure Socket::open_once(const SocketPlan &plan) {
  fd_ = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return {Step::make, errno};
  xdp_umem_reg memory{};
  memory.addr = reinterpret_cast<std::uint64_t>(plan.umem.data());
  memory.len = plan.umem.size();
  memory.chunk_size = plan.chunk;
  memory.flags = XDP_UMEM_UNALIGNED_CHUNK_FLAG;
  if (plan.sibling == nullptr &&
      setsockopt(fd_, SOL_XDP, XDP_UMEM_REG, &memory, sizeof memory) != 0)
    return {Step::memory, errno};
  if (const int error = request_rings(plan); error != 0) return {Step::rings, error};
  if (const int error = map_rings(plan); error != 0) return {Step::rings, error};
  if (const int error = bind_queue(plan); error != 0) return {Step::bind, error};
  xdp_options options{};
  socklen_t size = sizeof options;
  if (getsockopt(fd_, SOL_XDP, XDP_OPTIONS, &options, &size) == 0)
    zero_copy_ = (options.flags & XDP_OPTIONS_ZEROCOPY) != 0;
  if (!zero_copy_) set(fd_, SOL_XDP, kTransmitBudgetOption, static_cast<int>(plan.transmit_ring));
  polls = plan.busy_polling && set(fd_, SOL_SOCKET, SO_PREFER_BUSY_POLL, 1) &&
          set(fd_, SOL_SOCKET, SO_BUSY_POLL, kPollMicroseconds) &&
          set(fd_, SOL_SOCKET, SO_BUSY_POLL_BUDGET, kPollBudget);
  return {};
}

void Socket::close() {
  for (Mapping &mapping : mappings_) {
    if (mapping.memory != nullptr) munmap(mapping.memory, mapping.bytes);
    mapping = {};
  }
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

SocketCounts Socket::counts() const {
  xdp_statistics s{};
  socklen_t size = sizeof s;
  if (fd_ < 0 || getsockopt(fd_, SOL_XDP, XDP_STATISTICS, &s, &size) != 0) return {};
  return {.no_chunk = s.rx_dropped,
          .ring_full = s.rx_ring_full,
          .invalid = s.rx_invalid_descs + s.tx_invalid_descs};
}

void Socket::wake_receiver() const { recvfrom(fd_, nullptr, 0, MSG_DONTWAIT, nullptr, nullptr); }

bool Socket::wake_transmitter() const {
  return sendto(fd_, nullptr, 0, MSG_DONTWAIT, nullptr, 0) >= 0;
}

}  // namespace pmill::xdp
