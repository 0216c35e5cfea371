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
         int timestamp_offset, std::uint64_t timestamp_flag);
  HostRx(const HostRx &) = delete;
  HostRx &operator=(const HostRx &) = delete;
  ~HostRx();

  /// Whether its memory is there.
  bool good() const { return good_; }
  /// Posts all buffers; false when the pool has not enough.
  bool start();
  /// Takes the buffers back; the device has stopped.
  void stop();
  std::uint16_t receive(rte_mbuf **into, std::uint16_t most);
  /// Completions that wait.
  std::uint32_t waiting() const;
  /// What was not received because no fresh buffer was there; tried again later.
  std::uint64_t no_buffer() const { return no_buffer_; }
  void clear_counts() { no_buffer_ = 0; }
  rte_mempool *pool() const { return pool_; }

 private:
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
