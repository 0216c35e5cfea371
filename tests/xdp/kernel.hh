// SPDX-License-Identifier: BSD-3-Clause
// What the kernel does with the rings of a socket, for tests without one: it receives what it is
// told to, into chunks that were posted, and transmits when it is told to.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <pmill/xdp/socket.hh>
#include <vector>

#define CHECK(what)                                                      \
  do {                                                                   \
    if (!(what)) std::printf("line %d: %s\n", __LINE__, #what), exit(1); \
  } while (false)

namespace fake {

using pmill::xdp::Address;

template <typename Entry>
struct Ring {
  struct Layout {
    std::uint32_t producer, consumer, flags, unused;
    Entry entries[1];
  };

  explicit Ring(std::uint32_t size)
      : size(size), memory(std::make_unique<std::uint64_t[]>(2 + size * sizeof(Entry) / 8 + 1)) {}

  Layout &at() { return *reinterpret_cast<Layout *>(memory.get()); }
  xdp_ring_offset offsets() const {
    return {offsetof(Layout, producer), offsetof(Layout, consumer), offsetof(Layout, entries),
            offsetof(Layout, flags)};
  }
  bool empty() { return at().producer == at().consumer; }
  Entry take() { return at().entries[at().consumer++ & (size - 1)]; }
  void put(Entry e) {
    CHECK(at().producer - at().consumer < size);
    at().entries[at().producer++ & (size - 1)] = e;
  }

  std::uint32_t size;
  std::unique_ptr<std::uint64_t[]> memory;
};

/// The kernel's side of a socket whose rings hold `size` entries.
struct Kernel {
  Kernel(pmill::xdp::Socket &socket, std::byte *umem, std::uint32_t size)
      : umem(umem), fill(2 * size), received(size), transmit(size), completed(size) {
    const auto map = [](auto &theirs, auto &ours) {
      theirs.map(reinterpret_cast<std::byte *>(ours.memory.get()), ours.offsets(), ours.size);
    };
    map(socket.fill, fill), map(socket.received, received);
    map(socket.transmit, transmit), map(socket.completed, completed);
  }

  /// Receives a frame; false when there is no chunk or no room, as when a frame is lost.
  bool receive(const std::vector<std::uint8_t> &frame) {
    if (fill.empty() || received.at().producer - received.at().consumer == received.size)
      return false;
    const Address at{fill.take()};
    CHECK(at.offset() == 0);
    std::memcpy(umem + at.chunk() + pmill::xdp::kHeadroom, frame.data(), frame.size());
    received.put({Address::of(at.chunk(), pmill::xdp::kHeadroom).word,
                  static_cast<std::uint32_t>(frame.size()), 0});
    return true;
  }
  /// Transmits up to `most` frames, whose chunks come back.
  std::deque<std::vector<std::uint8_t>> send(unsigned most) {
    std::deque<std::vector<std::uint8_t>> sent;
    for (; most != 0 && !transmit.empty(); --most) {
      const xdp_desc d = transmit.take();
      const Address at{d.addr};
      const auto *data = reinterpret_cast<const std::uint8_t *>(umem + at.chunk() + at.offset());
      sent.emplace_back(data, data + d.len);
      completed.put(at.word);
    }
    return sent;
  }

  std::byte *umem;
  Ring<std::uint64_t> fill;
  Ring<xdp_desc> received;
  Ring<xdp_desc> transmit;
  Ring<std::uint64_t> completed;
};

}  // namespace fake
