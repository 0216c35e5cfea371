// SPDX-License-Identifier: BSD-3-Clause
// The rings of AF_XDP sockets, with a second thread in the place of the kernel: what goes in at one
// end comes out at the other, once, in order, and never more than a ring has room for.
#include <cstdio>
#include <cstdlib>
#include <pmill/xdp/rings.hh>
#include <thread>

namespace {

using pmill::xdp::Address;
using pmill::xdp::Consumed;
using pmill::xdp::Produced;

#define CHECK(what)                                                      \
  do {                                                                   \
    if (!(what)) std::printf("line %d: %s\n", __LINE__, #what), exit(1); \
  } while (false)

constexpr std::uint32_t kSize = 64;

/// A ring as the kernel lays it out.
struct Memory {
  alignas(64) std::uint32_t producer = 0;
  alignas(64) std::uint32_t consumer = 0;
  alignas(64) std::uint32_t flags = 0;
  alignas(64) std::uint64_t entries[kSize]{};

  xdp_ring_offset offsets() const {
    return {offsetof(Memory, producer), offsetof(Memory, consumer), offsetof(Memory, entries),
            offsetof(Memory, flags)};
  }
  std::byte *bytes() { return reinterpret_cast<std::byte *>(this); }
};

/// One thread produces, the other consumes, in uneven steps.
void check_passing(std::uint64_t count) {
  static Memory memory;
  Produced<std::uint64_t> in;
  Consumed<std::uint64_t> out;
  in.map(memory.bytes(), memory.offsets(), kSize);
  out.map(memory.bytes(), memory.offsets(), kSize);
  std::thread producer([&] {
    for (std::uint64_t next = 0; next < count;) {
      const std::uint32_t n =
          in.room(static_cast<std::uint32_t>(std::min<std::uint64_t>(next % 71 + 1, count - next)));
      CHECK(n <= kSize);
      for (std::uint32_t i = 0; i < n; ++i) in.at(i) = next + i;
      in.submit(n);
      CHECK(in.waiting() <= kSize);
      next += n;
      if (n == 0) std::this_thread::yield();
    }
  });
  for (std::uint64_t next = 0; next < count;) {
    const std::uint32_t n = out.available(static_cast<std::uint32_t>(next % 37 + 1));
    for (std::uint32_t i = 0; i < n; ++i) CHECK(out.at(i) == next + i);
    out.release(n);
    next += n;
    if (n == 0) std::this_thread::yield();
  }
  producer.join();
  CHECK(in.waiting() == 0);
  CHECK(out.available(1) == 0);
}

void check_edges() {
  Memory memory;
  // Counts run over their end in the life of a program.
  memory.producer = memory.consumer = 0;
  Produced<std::uint64_t> in;
  in.map(memory.bytes(), memory.offsets(), kSize);
  CHECK(in.room(1000) == kSize);
  in.submit(kSize);
  CHECK(in.room(1) == 0);
  memory.consumer = 3;
  CHECK(in.room(1000) == 3);
  CHECK(!in.asleep());
  memory.flags = XDP_RING_NEED_WAKEUP;
  CHECK(in.asleep());

  const Address a = Address::of(0x1234'5678'9abc, 0x100);
  CHECK(a.chunk() == 0x1234'5678'9abc);
  CHECK(a.offset() == 0x100);
  CHECK(Address{0xffff'ffff'ffff}.offset() == 0);
}

}  // namespace

int main(int argc, char **argv) {
  check_edges();
  check_passing(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000);
}
