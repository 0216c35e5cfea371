// SPDX-License-Identifier: BSD-3-Clause
// A bridge of the smallest application that exchanges buffers with the driver of AF_XDP sockets,
// without DPDK and without elements:
//   exchange INTERFACE INTERFACE     until SIGTERM; prints what was counted
// A packet is its buffer, its data and its length, in registers.
#include <net/if.h>
#include <signal.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <pmill/xchg/xdp.hh>
#include <vector>

#include "xdp/checksum.cc"
#include "xdp/program.cc"
#include "xdp/socket.cc"

namespace {

using pmill::xchg::xdp::Memory;
using pmill::xchg::xdp::RxQueue;
using pmill::xchg::xdp::TxQueue;
using namespace pmill::xdp;

// Slots of an odd number of cache lines: chunks that are not aligned to anything.
constexpr std::size_t kStride = 64 * 37, kFront = 128, kSlots = 5000;
constexpr std::size_t kBytes = (kStride * kSlots + 4095) / 4096 * 4096;
constexpr std::size_t kRoomAt = kFront + kHeadroom;

struct Slot;
std::byte *g_memory;
std::vector<Slot *> g_free;

/// An application as pmill/xchg.hh describes them.
struct Application {
  using Buffer = Slot *;
  struct Descriptor {
    Buffer buffer;
    std::uint8_t *data;
    std::uint32_t length;
  };
  using Outgoing = Descriptor;

  std::vector<Outgoing> packets;

  static std::uint8_t *room(Buffer b) { return reinterpret_cast<std::uint8_t *>(b) + kRoomAt; }
  static Buffer with_room(std::uint8_t *at) { return reinterpret_cast<Buffer>(at - kRoomAt); }
  static Buffer exchange() {
    if (g_free.empty()) return nullptr;
    Buffer b = g_free.back();
    g_free.pop_back();
    return b;
  }
  static void set_buffer(Descriptor &d, Buffer b) { d.buffer = b; }
  static void set_data(Descriptor &d, std::uint8_t *at) { d.data = at; }
  static void set_length(Descriptor &d, std::uint32_t length) { d.length = length; }
  static consteval bool wants(pmill::xchg::Field) { return false; }
  static std::uint32_t room_bytes() { return kStride - kRoomAt; }
  static void set_timestamp(Descriptor &, std::uint64_t) {}
  static void set_rss_hash(Descriptor &, std::uint32_t) {}
  static void set_vlan_tag(Descriptor &, std::uint16_t) {}
  static void set_packet_type(Descriptor &, std::uint32_t) {}
  static void set_mark(Descriptor &, std::uint32_t) {}
  static void set_flags(Descriptor &, std::uint32_t) {}
  void finish(const Descriptor &d) { packets.push_back(d); }

  static Buffer buffer(const Outgoing &p) { return p.buffer; }
  static const std::uint8_t *data(const Outgoing &p) { return p.data; }
  static std::uint32_t length(const Outgoing &p) { return p.length; }
  static void give_back(Buffer *buffers, unsigned n) {
    g_free.insert(g_free.end(), buffers, buffers + n);
  }
};

static_assert(pmill::xchg::Receiver<Application> && pmill::xchg::Transmitter<Application>);

struct Side {
  Socket socket;
  Program program;
  std::optional<RxQueue> rx;
  std::optional<TxQueue> tx;
};

void open_side(Side &side, const char *name) {
  const unsigned interface = if_nametoindex(name);
  const SocketPlan plan{.interface = interface,
                        .umem = {g_memory, kBytes},
                        .chunk = kStride - kFront,
                        .receive_ring = 1024,
                        .transmit_ring = 1024};
  const Memory memory{g_memory, plan.chunk, true};
  const Socket::Failure failure = side.socket.open(plan);
  if (failure.step != Socket::Step::none) {
    std::fprintf(stderr, "step %d: errno %d\n", static_cast<int>(failure.step), failure.error);
    std::exit(1);
  }
  side.rx.emplace(side.socket, memory);
  side.tx.emplace(side.socket, memory);
  Application app;
  const bool ready = side.rx->start(app) && side.program.load(1) == 0 &&
                     side.program.attach(interface).error == 0 &&
                     side.program.direct(0, side.socket.descriptor()) == 0;
  if (!ready) std::exit(1);
}

volatile sig_atomic_t g_stop = 0;

unsigned forward(Side &from, Side &to) {
  Application app;
  const unsigned n = from.rx->receive(app, 32, 8);
  for (unsigned sent = 0; sent < n;)
    sent += to.tx->transmit(app, app.packets.data() + sent, n - sent);
  return n;
}

std::size_t close_side(Side &side) {
  Application app;
  side.program.detach();
  for (int tries = 0; tries < 100 && side.tx->held() != 0; ++tries) {
    side.tx->push_out(app);
    side.tx->reclaim(app);
    const timespec millisecond{.tv_sec = 0, .tv_nsec = 1'000'000};
    nanosleep(&millisecond, nullptr);
  }
  return side.rx->stop<Application>([](Slot *b) { g_free.push_back(b); }) + side.tx->held();
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  g_memory = static_cast<std::byte *>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
  for (std::size_t i = 0; i < kSlots; ++i)
    g_free.push_back(reinterpret_cast<Slot *>(g_memory + i * kStride));
  struct sigaction action{};
  action.sa_handler = [](int) { g_stop = 1; };
  sigaction(SIGTERM, &action, nullptr);
  Side a, b;
  open_side(a, argv[1]);
  open_side(b, argv[2]);
  std::printf("ready\n");
  std::fflush(stdout);
  while (!g_stop) forward(a, b), forward(b, a);
  const std::size_t kept = close_side(a) + close_side(b);
  std::printf("received %lu %lu\n", a.rx->counts().packets, b.rx->counts().packets);
  std::printf("sent %lu %lu\n", a.tx->counts().packets, b.tx->counts().packets);
  std::printf("slots %zu of %zu, the kernel kept %zu\n", g_free.size() + kept, kSlots, kept);
}
