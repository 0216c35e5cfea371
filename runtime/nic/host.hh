// SPDX-License-Identifier: BSD-3-Clause
// The host side of net_pmill for programs whose packets are mbufs: one queue of each kind.
#pragma once

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <cstdint>
#include <vector>

#include "device.hh"

namespace pmill::nic {

/// A receive queue: completions become mbufs, and each is replaced by a fresh one.
class HostRx {
 public:
  HostRx(Device &device, std::uint32_t queue, rte_mempool *pool, std::uint16_t port,
         int timestamp_offset, std::uint64_t timestamp_flag, bool exchanged);
  HostRx(const HostRx &) = delete;
  HostRx &operator=(const HostRx &) = delete;
  ~HostRx();

  /// Whether its memory is there.
  bool good() const { return good_; }
  /// Posts all buffers, unless the queue is somebody else's; false when the pool has not enough.
  bool start();
  /// Takes the buffers back; the device has stopped.
  void stop();
  std::uint16_t receive(rte_mbuf **into, std::uint16_t most);
  /// Completions that wait.
  std::uint32_t waiting() const;
  /// What was not received because no fresh buffer was there; tried again later.
  std::uint64_t no_buffer() const { return no_buffer_ + elsewhere() - cleared_; }
  /// Who exchanges buffers counts that itself.
  void count_elsewhere(const std::uint64_t *count) { elsewhere_ = count; }
  void clear_counts() {
    no_buffer_ = 0;
    cleared_ = elsewhere();
  }
  rte_mempool *pool() const { return pool_; }

 private:
  std::uint64_t elsewhere() const {
    return elsewhere_ == nullptr ? 0 : __atomic_load_n(elsewhere_, __ATOMIC_RELAXED);
  }
  bool refill(std::uint32_t wanted);
  void post(std::uint32_t at, rte_mbuf *m);
  void fill(rte_mbuf *m, const Completion &c) const;

  Device &device_;
  RxRing &ring_;
  rte_mempool *pool_;
  std::vector<rte_mbuf *> posted_;  // by descriptor
  std::vector<rte_mbuf *> fresh_;   // taken from the pool, not yet posted
  std::uint32_t next_ = 0;          // completion
  std::uint64_t rearm_ = 0;         // what a received mbuf's rearm_data is
  int timestamp_offset_;
  std::uint64_t timestamp_flag_;
  std::uint64_t no_buffer_ = 0;
  const std::uint64_t *elsewhere_ = nullptr;
  std::uint64_t cleared_ = 0;  // of that
  bool exchanged_;
  bool good_ = false;
  bool polled_ = false;
};

/// A transmit queue: mbufs are kept until the device is done with them.
class HostTx {
 public:
  HostTx(Device &device, std::uint32_t queue);
  HostTx(const HostTx &) = delete;
  HostTx &operator=(const HostTx &) = delete;
  ~HostTx();

  bool good() const { return good_; }
  void start();
  /// Frees what was transmitted; the device has stopped.
  void stop();
  std::uint16_t transmit(rte_mbuf **from, std::uint16_t count);
  /// Frees what the device is done with.
  void reclaim();
  /// Frames that could not be transmitted: they were in several segments.
  std::uint64_t errors() const { return errors_; }
  void clear_counts() { errors_ = 0; }

 private:
  Device &device_;
  TxRing &ring_;
  std::vector<rte_mbuf *> kept_;  // by descriptor
  std::uint32_t posted_ = 0, freed_ = 0;
  std::uint64_t errors_ = 0;
  bool good_ = false;
};

}  // namespace pmill::nic
