// SPDX-License-Identifier: BSD-3-Clause
// The driver of AF_XDP sockets that exchanges buffers with an application. Its rings exchange
// addresses: an empty buffer goes in for each frame that comes out, and a buffer that was
// transmitted comes back, so a packet is where it lies and how long it is, and nothing is stored
// for it on either side. A frame tells nothing else of itself: no field but buffer, data and length
// is set.
//
// An application's buffers all lie in the UMEM. The room of one, where a device writes, begins
// kHeadroom behind the chunk, as the kernel wants it; so much of the application's own in front of
// a room may be overwritten while the kernel has the buffer.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/xchg.hh>
#include <pmill/xdp/checksum.hh>
#include <pmill/xdp/socket.hh>

namespace pmill::xchg::xdp {

using pmill::xdp::Address;
using pmill::xdp::kHeadroom;
using pmill::xdp::Socket;

/// Where buffers lie: the same for all queues of a port.
struct Memory {
  std::byte *umem = nullptr;
  std::uint32_t chunk = 0;  // bytes
  bool completes = false;   // checksums that senders have left unfinished

  /// The chunk of a buffer whose room begins at `room`, as the rings name it.
  PMILL_INLINE std::uint64_t chunk_of(const std::uint8_t *room) const {
    return static_cast<std::uint64_t>(reinterpret_cast<const std::byte *>(room) - umem) - kHeadroom;
  }
  PMILL_INLINE std::uint8_t *room_of(std::uint64_t chunk) const {
    return reinterpret_cast<std::uint8_t *>(umem + chunk + kHeadroom);
  }
};

/// What a direction of a queue counted.
struct Counts {
  std::uint64_t packets = 0, bytes = 0, errors = 0, no_buffer = 0;
};

/// The receiving side of a socket.
class alignas(64) RxQueue {
 public:
  RxQueue(Socket &socket, const Memory &memory) : socket_(socket), memory_(memory) {}
  RxQueue(const RxQueue &) = delete;
  RxQueue &operator=(const RxQueue &) = delete;

  /// Posts as many buffers as may wait to be received; false when the application has not enough.
  template <Receiver A>
  bool start(A &app) {
    for (std::uint32_t n = socket_.received.size(); n != 0; --n) {
      const typename A::Buffer fresh = app.exchange();
      if (fresh == nullptr || socket_.fill.room(1) == 0) return false;
      socket_.fill.at(0) = memory_.chunk_of(A::room(fresh));
      socket_.fill.submit(1);
      ++held_;
    }
    return true;
  }

  /// Gives the buffers to `give_back(buffer)` that lie in the rings, when the socket receives no
  /// more, and returns how many the kernel or its device has kept.
  template <Receiver A>
  std::uint32_t stop(auto &&give_back) {
    while (socket_.received.available(1) != 0) {
      give_back(buffer_of<A>(Address{socket_.received.at(0).addr}));
      socket_.received.release(1);
      --held_;
    }
    for (std::uint32_t i = socket_.fill.waiting(); i != 0; --i, --held_)
      give_back(buffer_of<A>(Address{socket_.fill.before(i)}));
    return held_;
  }

  /// Receives up to `most` frames and returns how many.
  template <Receiver A>
  PMILL_INLINE unsigned receive(A &app, unsigned most, unsigned ahead = 0) {
    // No more than there is room for in their place.
    const std::uint32_t n = socket_.fill.room(socket_.received.available(most));
    if (n == 0) {
      socket_.idle();
      return 0;
    }
    // Values of their own: who runs in between may write what it likes.
    auto fill = socket_.fill;
    const auto received = socket_.received;
    const Memory memory = memory_;
    std::uint32_t i = 0;
    std::uint64_t bytes = 0;
    for (; i < n; ++i) {
      const typename A::Buffer fresh = app.exchange();
      if (fresh == nullptr) [[unlikely]] {
        ++counts_.no_buffer;
        break;
      }
      const xdp_desc frame = received.at(i);
      fill.at(i) = memory.chunk_of(A::room(fresh));
      if (ahead != 0 && i + ahead < n)
        __builtin_prefetch(memory.umem + place(Address{received.at(i + ahead).addr}));
      bytes += frame.len;
      take(app, memory, Address{frame.addr}, frame.len);
    }
    socket_.received.release(i);
    socket_.fill.submit(i);
    counts_.packets += i;
    counts_.bytes += bytes;
    return i;
  }

  const Counts &counts() const { return counts_; }

 private:
  PMILL_INLINE static std::uint64_t place(Address a) { return a.chunk() + a.offset(); }

  template <Receiver A>
  PMILL_INLINE typename A::Buffer buffer_of(Address a) const {
    return A::with_room(memory_.room_of(a.chunk()));
  }

  template <Receiver A>
  PMILL_INLINE static void take(A &app, const Memory &memory, Address at, std::uint32_t length) {
    std::uint8_t *const data = reinterpret_cast<std::uint8_t *>(memory.umem + place(at));
    if (memory.completes) pmill::xdp::complete_checksum(data, length);
    typename A::Descriptor d{};
    app.set_buffer(d, A::with_room(memory.room_of(at.chunk())));
    app.set_data(d, data);
    app.set_length(d, length);
    app.finish(d);
  }

  Socket &socket_;
  const Memory memory_;
  std::uint32_t held_ = 0;  // buffers that were posted and are not here
  Counts counts_;
};

/// The transmitting side of a socket. What was transmitted comes back before the next burst.
class alignas(64) TxQueue {
 public:
  TxQueue(Socket &socket, const Memory &memory) : socket_(socket), memory_(memory) {}
  TxQueue(const TxQueue &) = delete;
  TxQueue &operator=(const TxQueue &) = delete;

  /// Sends what there is room for of `count` packets, and returns how many. One that no frame can
  /// be is given back at once, and counted.
  template <Transmitter A>
  PMILL_INLINE unsigned transmit(A &app, const typename A::Outgoing *packets, unsigned count) {
    reclaim(app);
    const std::uint32_t n = socket_.transmit.room(count);
    auto ring = socket_.transmit;
    const Memory memory = memory_;
    std::uint32_t entries = 0;
    std::uint64_t bytes = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      typename A::Buffer buffer = A::buffer(packets[i]);
      const std::uint32_t length = A::length(packets[i]);
      if (length - 1 >= memory.chunk) [[unlikely]] {  // the kernel would lose track of the buffer
        ++counts_.errors;
        app.give_back(&buffer, 1);
        continue;
      }
      const std::uint64_t chunk = memory.chunk_of(A::room(buffer));
      const auto *const data = reinterpret_cast<const std::byte *>(A::data(packets[i]));
      const auto offset = static_cast<std::uint64_t>(data - memory.umem) - chunk;
      ring.at(entries++) = {Address::of(chunk, offset).word, length, 0};
      bytes += length;
    }
    socket_.transmit.submit(entries);
    held_ += entries;
    counts_.packets += entries;
    counts_.bytes += bytes;
    push_out(app);
    return n;
  }

  /// Gives back what was transmitted.
  template <Transmitter A>
  PMILL_INLINE void reclaim(A &app) {
    constexpr std::uint32_t kMost = 32;
    typename A::Buffer done[kMost];
    while (const std::uint32_t n = socket_.completed.available(kMost)) {
      for (std::uint32_t i = 0; i < n; ++i)
        done[i] = A::with_room(memory_.room_of(Address{socket_.completed.at(i)}.chunk()));
      socket_.completed.release(n);
      held_ -= n;
      app.give_back(done, n);
    }
  }

  /// Has the kernel transmit all that was submitted, as far as it takes frames; it may do some at a
  /// time, and none for a moment when the interface is busy.
  template <Transmitter A>
  void push_out(A &app) {
    constexpr unsigned kMostVainTries = 256;
    for (unsigned vain = 0; vain < kMostVainTries && socket_.transmit.asleep();) {
      const std::uint32_t waiting = socket_.transmit.waiting();
      if (waiting == 0) return;
      if (!socket_.wake_transmitter() && errno != EAGAIN && errno != EBUSY && errno != ENOBUFS &&
          errno != EINTR)
        return;
      reclaim(app);
      vain = socket_.transmit.waiting() < waiting ? 0 : vain + 1;
    }
  }

  /// How many buffers have not come back.
  std::uint32_t held() const { return held_; }
  const Counts &counts() const { return counts_; }

 private:
  Socket &socket_;
  const Memory memory_;
  std::uint32_t held_ = 0;
  Counts counts_;
};

}  // namespace pmill::xchg::xdp
