// SPDX-License-Identifier: BSD-3-Clause
// A queue of an interface as a port has it, whatever buffers are: mbufs (lane_mbufs.cc), or slots
// that are exchanged (lane_slots.cc).
#pragma once

#include <memory>

#include "../runtime.hh"
#include "queue.hh"

namespace pmill::xdp {

class Lane {
 public:
  Lane();
  ~Lane();
  Lane(const Lane &) = delete;
  Lane &operator=(const Lane &) = delete;

  Socket socket;

  /// Gives it memory and, if it receives, buffers for its ring; false when there are not enough.
  bool begin(const Chunks &chunks, std::uint16_t port, bool completes, std::uint32_t ring);
  /// Waits until the kernel has transmitted what it was given, 100 ms at most, and takes back what
  /// can be taken. Nothing is received any more.
  void end();
  PortCounts counts() const;

  /// What is behind it.
  struct Side;
  Side &side() { return *side_; }

 private:
  std::unique_ptr<Side> side_;
};

/// The memory of the buffers that a port's frames lie in.
Chunks memory_of(const runtime::PortState &port);

/// What leads from a port to its lanes.
class Connection {
 public:
  void make(runtime::PortState &port, std::deque<Lane> &lanes);
  void end();

 private:
  // DPDK's tables of a port: its queues, and the functions that nobody has hung on them.
  std::vector<void *> queues_, no_callbacks_;
  std::uint16_t number_ = 0;
  struct rte_eth_fp_ops before_{};
  bool made_ = false;
};

}  // namespace pmill::xdp
