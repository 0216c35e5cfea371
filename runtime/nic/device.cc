// SPDX-License-Identifier: BSD-3-Clause
#include "device.hh"

#include <pthread.h>
#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_lcore.h>
#include <rte_pause.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>

namespace pmill::nic {
namespace {

constexpr std::uint32_t kBurst = 64;
constexpr std::uint32_t kFrontBytes = 2 * RTE_ETHER_ADDR_LEN;  // in front of a VLAN tag

/// Writes what the device found out where the host will look; the phase last.
void complete(RxRing &ring, const Completion &facts) {
  const std::uint32_t count = ring.filled++;
  Completion &c = ring.completions[ring.at(count)];
  const std::uint8_t phase = phase_of(count, ring.size);
  std::memcpy(&c, &facts, offsetof(Completion, phase));
  __atomic_store_n(&c.phase, phase, __ATOMIC_RELEASE);
}

/// What a thread does that finds nothing to do, for the `idle`-th time: several may share a core.
void rest(std::uint32_t idle) {
  if (idle < 64)
    rte_pause();
  else if (idle < 4096)
    sched_yield();
  else
    usleep(20);
}

}  // namespace

std::uint64_t device_clock() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

std::string Device::prepare() {
  std::string wrong = frames_.load(settings_);
  if (wrong.empty() && !settings_.tx_pcap.empty()) wrong = capture_.create(settings_.tx_pcap);
  if (wrong.empty() && !settings_.latency.empty() && !latencies_.write(settings_.latency, 1))
    wrong = "latency=" + settings_.latency + ": it cannot be written";
  for (std::uint32_t i = 0; i < kRetaEntries; ++i) reta[i].store(0, std::memory_order_relaxed);
  return wrong;
}

void Device::describe_all() {
  facts_.assign(frames_.size(), Completion{});
  const std::uint64_t types = hash_types.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < frames_.size(); ++i) describe(frames_[i], key_, types, facts_[i]);
}

int Device::start(std::uint32_t rx_queues, std::uint32_t tx_queues) {
  rx_queues_ = rx_queues;
  tx_queues_ = tx_queues;
  if (settings_.preparsed) describe_all();
  began_ = paced_ = 0;
  ending_.store(false, std::memory_order_relaxed);
  if (!settings_.stepped) {
    ended_.store(false, std::memory_order_relaxed);
    pthread_t thread_id;
    const int failed = rte_ctrl_thread_create(
        &thread_id, "net_pmill", nullptr,
        [](void *self) -> void * {
          static_cast<Device *>(self)->run();
          return nullptr;
        },
        this);
    if (failed != 0) {
      ended_.store(true, std::memory_order_relaxed);
      return failed;
    }
    pthread_detach(thread_id);
  }
  running_.store(true, std::memory_order_release);
  return 0;
}

void Device::stop() {
  if (!running()) return;
  running_.store(false);
  ending_.store(true, std::memory_order_release);
  while (!ended_.load(std::memory_order_acquire)) rte_pause();
  while (arriving_.load()) rte_pause();
  while (transmit_all()) {
  }
  if (capture_.is_open()) capture_.flush();
  if (!settings_.latency.empty()) latencies_.write(settings_.latency, rte_get_tsc_hz());
}

void Device::run() {
  std::uint32_t idle = 0;
  while (!ending_.load(std::memory_order_acquire)) {
    const bool moved = transmit_all();
    if (receive(kBurst) != 0 || moved)
      idle = 0;
    else
      rest(++idle);
  }
  ended_.store(true, std::memory_order_release);
}

void Device::step_receive(std::uint32_t most) {
  if (settings_.stepped) receive(most);
}

void Device::step_transmit() {
  if (settings_.stepped) transmit_all();
}

// --- receiving ---------------------------------------------------------------------------------

/// How many of up to `most` frames are due at the device's rate.
std::uint32_t Device::due(std::uint32_t most) {
  if (settings_.rate == 0) return most;
  using Wide = unsigned __int128;
  const std::uint64_t passed = rte_rdtsc() - began_;
  const auto all = static_cast<std::uint64_t>(Wide{passed} * settings_.rate / rte_get_tsc_hz());
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(all - paced_, most));
}

std::uint32_t Device::receive(std::uint32_t most) {
  if (frames_.size() == 0 || !awake_.load(std::memory_order_acquire)) return 0;
  if (began_ == 0) began_ = rte_rdtsc();
  const std::uint32_t count = due(most);
  Completion found{};
  std::uint32_t done = 0;
  for (; done < count; ++done) {
    if (next_ == frames_.size()) {
      if (!frames_.endless()) break;
      next_ = 0;
    }
    const Frame frame = frames_[next_];
    if (facts_.empty()) describe(frame, key_, hash_types.load(std::memory_order_relaxed), found);
    const Completion &facts = facts_.empty() ? found : facts_[next_];
    if (deliver(frame, facts, settings_.rate == 0) == Fate::no_room) break;
    ++next_;
    ++paced_;
  }
  return done;
}

void Device::arrive(Frame frame) {
  arriving_.store(true);  // before it looks whether the device runs: see stop()
  if (running_.load()) {
    Completion facts{};
    describe(frame, key_, hash_types.load(std::memory_order_relaxed), facts);
    deliver(frame, facts, false);
  }
  arriving_.store(false, std::memory_order_release);
}

bool Device::accepts(Frame frame) const {
  if (promiscuous.load(std::memory_order_relaxed)) return true;
  if (frame.size() < RTE_ETHER_HDR_LEN) return false;
  const auto *to = reinterpret_cast<const rte_ether_addr *>(frame.data());
  if (rte_is_broadcast_ether_addr(to)) return true;
  if (rte_is_multicast_ether_addr(to)) return all_multicast.load(std::memory_order_relaxed);
  std::uint64_t wanted = 0;
  std::memcpy(&wanted, to, sizeof *to);
  return wanted == address.load(std::memory_order_relaxed);
}

std::uint32_t Device::choose_queue(const Completion &facts) const {
  if (rx_queues_ == 1 || (facts.flags & completion::kHash) == 0) return 0;
  return reta[facts.rss_hash % kRetaEntries].load(std::memory_order_relaxed);
}

/// Gives a frame to the host. One that may wait is not touched when there is no room for it.
Device::Fate Device::deliver(Frame frame, const Completion &facts, bool may_wait) {
  const std::uint32_t queue = choose_queue(facts);
  RxRing &ring = rx[queue];
  const bool room = ring.posted.load(std::memory_order_acquire) != ring.filled;
  if (!room && may_wait) return Fate::no_room;
  counts.wire.add(1);
  if (!accepts(frame)) {
    counts.filtered.add(1);
    return Fate::taken;
  }
  if (!room) {
    queue_counts[queue].rx_missed.add(1);
    return Fate::taken;
  }
  const RxDescriptor &d = ring.descriptors[ring.at(ring.filled)];
  Completion told = facts;
  const bool strip =
      (facts.flags & completion::kVlan) != 0 && vlan_strip.load(std::memory_order_relaxed);
  if (strip) {
    told.length -= sizeof(rte_vlan_hdr);
    told.flags =
        static_cast<std::uint16_t>((told.flags & ~completion::kVlan) | completion::kVlanStripped);
  }
  if (told.length > d.size || frame.size() > longest.load(std::memory_order_relaxed)) {
    counts.too_long.add(1);
    return Fate::taken;
  }
  if (strip) {
    std::memcpy(d.data, frame.data(), kFrontBytes);
    std::memcpy(d.data + kFrontBytes, frame.data() + kFrontBytes + sizeof(rte_vlan_hdr),
                told.length - kFrontBytes);
  } else {
    std::memcpy(d.data, frame.data(), told.length);
  }
  if (settings_.stamp) stamp(d.data, told.length, rte_rdtsc());
  if (timestamps.load(std::memory_order_relaxed)) {
    told.timestamp = device_clock();
    told.flags |= completion::kTimestamp;
  }
  complete(ring, told);
  queue_counts[queue].rx_packets.add(1);
  queue_counts[queue].rx_bytes.add(told.length);
  return Fate::taken;
}

// --- transmitting ------------------------------------------------------------------------------

bool Device::transmit_all() {
  bool moved = false;
  for (std::uint32_t queue = 0; queue < tx_queues_; ++queue) moved |= transmit(queue);
  return moved;
}

bool Device::transmit(std::uint32_t queue) {
  TxRing &ring = tx[queue];
  const std::uint32_t first = ring.done.load(std::memory_order_relaxed);
  const std::uint32_t count = std::min(ring.posted.load(std::memory_order_acquire) - first, kBurst);
  if (count == 0) return false;
  Device *peer = peer_.load(std::memory_order_acquire);
  std::uint64_t bytes = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const TxDescriptor &d = ring.descriptors[ring.at(first + i)];
    bytes += d.length;
    if (peer != nullptr) peer->arrive({d.data, d.length});
    if (capture_.is_open()) capture_.write({d.data, d.length}, device_clock());
    if (!settings_.latency.empty()) latencies_.note(d.data, d.length, rte_rdtsc());
  }
  queue_counts[queue].tx_packets.add(count);
  queue_counts[queue].tx_bytes.add(bytes);
  ring.done.store(first + count, std::memory_order_release);
  return true;
}

}  // namespace pmill::nic
