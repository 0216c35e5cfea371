// SPDX-License-Identifier: BSD-3-Clause
// The driver that exchanges buffers, with a kernel that does as it is told: every frame comes out
// as it went in, every slot is in one place at any time, and at the end all are back.
#include <pmill/xchg/xdp.hh>
#include <random>
#include <set>

#include "../../runtime/src/xdp/checksum.cc"
#include "../../runtime/src/xdp/socket.cc"
#include "kernel.hh"

namespace {

using Frame = std::vector<std::uint8_t>;
using pmill::xchg::xdp::Memory;

constexpr std::uint32_t kRing = 32;
constexpr std::size_t kStride = 64 * 37, kSlots = 200, kRoomAt = 128 + pmill::xdp::kHeadroom;
std::mt19937 g_random(5);
unsigned below(unsigned n) { return static_cast<unsigned>(g_random()) % n; }

struct Slot;
std::vector<std::uint64_t> g_storage(kStride *kSlots / 8);
std::set<Slot *> g_free;

struct Application {
  using Buffer = Slot *;
  struct Descriptor {
    Buffer buffer;
    std::uint8_t *data;
    std::uint32_t length;
  };
  using Outgoing = Descriptor;
  std::vector<Outgoing> packets;
  unsigned left = 1000;  // so many may be exchanged

  static std::uint8_t *room(Buffer b) { return reinterpret_cast<std::uint8_t *>(b) + kRoomAt; }
  static Buffer with_room(std::uint8_t *at) { return reinterpret_cast<Buffer>(at - kRoomAt); }
  Buffer exchange() {
    if (g_free.empty() || left == 0) return nullptr;
    --left;
    Buffer b = *g_free.begin();
    g_free.erase(b);
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
    for (unsigned i = 0; i < n; ++i) CHECK(g_free.insert(buffers[i]).second);
  }
};

static_assert(pmill::xchg::Receiver<Application> && pmill::xchg::Transmitter<Application>);

Frame some_frame() {
  Frame frame(14 + below(1500));
  for (auto &b : frame) b = static_cast<std::uint8_t>(g_random());
  return frame;
}

}  // namespace

int main() {
  auto *const umem = reinterpret_cast<std::byte *>(g_storage.data());
  for (std::size_t i = 0; i < kSlots; ++i)
    g_free.insert(reinterpret_cast<Slot *>(umem + i * kStride));
  pmill::xdp::Socket socket;
  fake::Kernel kernel(socket, umem, kRing);
  const Memory memory{umem, kStride - 128, false};
  pmill::xchg::xdp::RxQueue rx(socket, memory);
  pmill::xchg::xdp::TxQueue tx(socket, memory);
  Application start;
  CHECK(rx.start(start));
  std::deque<Frame> expected;
  std::deque<Application::Outgoing> waiting;
  std::uint64_t sent = 0;
  for (unsigned round = 0; round < 20'000; ++round) {
    for (unsigned i = below(24); i-- > 0;) {
      Frame frame = some_frame();
      if (kernel.receive(frame)) expected.push_back(std::move(frame));
    }
    Application app;
    app.left = below(3) == 0 ? below(8) : 1000;  // sometimes there are few buffers
    const unsigned n = rx.receive(app, 1 + below(40), below(9));
    CHECK(n == app.packets.size());
    for (const auto &p : app.packets) waiting.push_back(p);
    const std::vector<Application::Outgoing> burst(
        waiting.begin(), waiting.begin() + below(static_cast<unsigned>(waiting.size()) + 1));
    const unsigned taken = tx.transmit(app, burst.data(), static_cast<unsigned>(burst.size()));
    waiting.erase(waiting.begin(), waiting.begin() + taken);
    for (const Frame &frame : kernel.send(below(40))) {
      CHECK(frame == expected.front());
      expected.pop_front();
      ++sent;
    }
  }
  CHECK(sent > 100'000 && rx.counts().no_buffer > 0);

  // Frames that the kernel would refuse.
  Application app;
  for (std::uint32_t length : {0u, static_cast<std::uint32_t>(kStride)}) {
    const Application::Outgoing wrong{app.exchange(), nullptr, length};
    CHECK(tx.transmit(app, &wrong, 1) <= 1);
    while (tx.counts().errors == (length == 0 ? 0 : 1)) {  // the ring was full
      kernel.send(kRing);
      CHECK(tx.transmit(app, &wrong, 1) == 1);
    }
  }
  CHECK(tx.counts().errors == 2);

  for (const auto &p : waiting) CHECK(g_free.insert(p.buffer).second);
  kernel.send(kRing);
  tx.reclaim(app);
  CHECK(tx.held() == 0);
  if (!kernel.fill.empty()) kernel.fill.take();  // as a device has one that receives just now
  CHECK(rx.stop<Application>([](Slot *b) { CHECK(g_free.insert(b).second); }) == 1);
  CHECK(g_free.size() == kSlots - 1);
}
