// SPDX-License-Identifier: BSD-3-Clause
// An AF_XDP socket: one queue of an interface, with memory for frames and the four rings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <pmill/xdp/rings.hh>
#include <span>

namespace pmill::xdp {

/// In front of received data the kernel leaves so much of a chunk alone, in bytes.
inline constexpr std::uint32_t kHeadroom = 256;
/// What a chunk may be, in bytes.
inline constexpr std::uint32_t kLeastChunk = 2048, kMostChunk = 4096;

class Socket;

/// Which queue a socket is to serve, and how.
struct SocketPlan {
  unsigned interface = 0;  // its index
  unsigned queue = 0;
  std::span<std::byte> umem;        // whole pages
  const Socket *sibling = nullptr;  // of the same interface, with the same UMEM
  std::uint32_t chunk = kLeastChunk;
  std::uint32_t receive_ring = 0, transmit_ring = 0;  // entries, powers of two
  bool busy_polling = false;
  bool copy = false;  // the device cannot reach all chunks: the kernel is to copy
};

/// What the kernel counted on a socket.
struct SocketCounts {
  std::uint64_t no_chunk = 0;   // no chunk was posted, or the frame was too long for it
  std::uint64_t ring_full = 0;  // received frames that nobody took in time
  std::uint64_t invalid = 0;    // chunks or frames that are not in the UMEM
};

/// The socket and its rings. Receiving and transmitting may be different threads'.
class Socket {
 public:
  Socket() = default;
  ~Socket() { close(); }
  Socket(const Socket &) = delete;
  Socket &operator=(const Socket &) = delete;

  /// What open() failed at.
  enum class Step : std::uint8_t { none, make, memory, rings, bind };
  struct Failure {
    Step step = Step::none;
    int error = 0;  // errno
  };
  /// Opens and binds: without copying where the interface can, else with. A queue that a program
  /// has just left is waited for, a second at most. Of sockets with one UMEM only the first has it
  /// registered, which takes long, if the kernel lets them share it (Linux 5.10).
  [[nodiscard]] Failure open(const SocketPlan &plan);
  void close();

  int descriptor() const { return fd_; }
  /// Whether the device itself reads and writes the UMEM.
  bool zero_copy() const { return zero_copy_; }
  SocketCounts counts() const;

  /// Has the kernel receive, when it has stopped to: the ring `fill` is asleep.
  void wake_receiver() const;
  /// Has the kernel transmit what waits; false when it took nothing.
  bool wake_transmitter() const;
  /// What there is to do when nothing was received: the kernel may have stopped to receive, and
  /// what it could not transmit when it was told to may wait.
  PMILL_INLINE void idle() const {
    if (polls || fill.asleep()) wake_receiver();
    if (transmit.stalls() && transmit.asleep()) wake_transmitter();
  }

  /// Chunks to receive into, and what was received.
  Produced<std::uint64_t> fill;
  Consumed<xdp_desc> received;
  /// What is to be transmitted, and the chunks that come back of it.
  alignas(64) Produced<xdp_desc> transmit;
  Consumed<std::uint64_t> completed;
  bool polls = false;  // the program drives the interface's polling itself

 private:
  Failure open_once(const SocketPlan &plan);
  int request_rings(const SocketPlan &plan);
  int map_rings(const SocketPlan &plan);
  int bind_queue(const SocketPlan &plan);

  struct Mapping {
    std::byte *memory = nullptr;
    std::size_t bytes = 0;
  };
  template <typename R>
  bool map(R &ring, Mapping &mapping, const xdp_ring_offset &at, std::uint32_t entries,
           std::uint64_t where);

  int fd_ = -1;
  bool zero_copy_ = false;
  Mapping mappings_[4];
};

}  // namespace pmill::xdp
