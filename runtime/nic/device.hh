// SPDX-License-Identifier: BSD-3-Clause
// The device side of net_pmill: what a network interface does, as a thread or step by step.
//
// Received frames come from a capture, a generator or a peer; the device finds out what they are,
// chooses a queue by their hash, and fills the buffers that the host has posted. A frame for which
// no buffer is there is dropped and counted, when it comes at a rate or from a peer; otherwise it
// waits. Nothing arrives before the host polls for the first time. Transmitted frames go to a
// capture, to the peer, or are counted and gone.
//
// Every frame is counted: those received are those delivered, missed, filtered and too long.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <pmill/nic/rings.hh>
#include <string>
#include <vector>

#include "frames.hh"
#include "latency.hh"
#include "settings.hh"

namespace pmill::nic {

/// A count that one thread writes and others may read.
class Counter {
 public:
  void add(std::uint64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }
  void clear() { value_.store(0, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What the device counts of one queue.
struct alignas(64) QueueCounts {
  Counter rx_packets, rx_bytes, rx_missed;
  Counter tx_packets, tx_bytes;
};

/// What the device counts of all queues together.
struct Counts {
  Counter wire;      // frames that arrived
  Counter filtered;  // not for this host
  Counter too_long;  // for a buffer
};

/// Nanoseconds of the device's clock, since the epoch.
std::uint64_t device_clock();

class Device {
 public:
  explicit Device(const Settings &settings) : settings_(settings), key_(settings.rss_key) {}
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  /// Loads what it receives and opens what it writes; the empty string, or what is wrong.
  std::string prepare();
  /// Begins: rings are set up, `rx_queues` of them are received into. Starts the thread, unless
  /// the device is stepped. 0, or a negative error number.
  int start(std::uint32_t rx_queues, std::uint32_t tx_queues);
  /// Ends: nothing touches a ring any more when it returns. Frames that were posted for
  /// transmission are transmitted.
  void stop();
  /// Whether it has started and not stopped.
  bool running() const { return running_.load(std::memory_order_acquire); }

  /// The host polls: only then frames begin to arrive, because a capture comes but once.
  void wake() { awake_.store(true, std::memory_order_release); }
  /// What a stepped device does when the host polls: frames that wait are received, up to `most`.
  void step_receive(std::uint32_t most);
  /// What a stepped device does when the host rings.
  void step_transmit();

  const Settings &settings() const { return settings_; }

  std::array<RxRing, kMostQueues> rx;
  std::array<TxRing, kMostQueues> tx;
  std::array<QueueCounts, kMostQueues> queue_counts;
  Counts counts;

  // --- what the host may change while the device runs ------------------------------------------
  std::array<std::atomic<std::uint16_t>, kRetaEntries> reta;
  std::atomic<std::uint64_t> hash_types{kHashTypes};
  std::atomic<bool> promiscuous{false}, all_multicast{false};
  std::atomic<bool> vlan_strip{false}, timestamps{false};
  std::atomic<std::uint32_t> longest{1518};  // bytes of a frame
  std::atomic<std::uint64_t> address{0};     // six bytes, as they are in memory
  const HashKey &key() const { return key_; }
  /// Changes the key; not while the device runs.
  void set_key(const HashKey &key) { key_ = key; }

  /// The device that receives what this one transmits; none at first.
  Device *peer() const { return peer_.load(std::memory_order_relaxed); }
  void set_peer(Device *peer) { peer_.store(peer, std::memory_order_release); }

 private:
  /// A frame that arrives from a peer, which is the only one to call this.
  void arrive(Frame frame);
  void run();
  std::uint32_t receive(std::uint32_t most);
  std::uint32_t due(std::uint32_t most);
  bool transmit_all();
  bool transmit(std::uint32_t queue);
  void describe_all();

  enum class Fate { taken, no_room };
  Fate deliver(Frame frame, const Completion &facts, bool may_wait);
  bool accepts(Frame frame) const;
  std::uint32_t choose_queue(const Completion &facts) const;

  Settings settings_;
  HashKey key_;
  Frames frames_;
  std::vector<Completion> facts_;  // of all frames, where they are prepared
  Capture capture_;
  Latencies latencies_;
  std::atomic<Device *> peer_{nullptr};
  std::uint32_t rx_queues_ = 0, tx_queues_ = 0;
  std::size_t next_ = 0;     // of the frames
  std::uint64_t began_ = 0;  // TSC at which the rate began to count
  std::uint64_t paced_ = 0;  // frames since then
  std::atomic<bool> awake_{false};
  std::atomic<bool> running_{false}, ending_{false};
  std::atomic<bool> ended_{true};
  std::atomic<bool> arriving_{false};  // the peer is about to touch a ring
};

}  // namespace pmill::nic
