// SPDX-License-Identifier: BSD-3-Clause
#include "host.hh"

#include <rte_malloc.h>
#include <rte_mbuf_dyn.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace pmill::nic {
namespace {

constexpr std::uint32_t kFresh = 64;  // buffers that are taken from a pool at once
// Buffers are freed when so many were posted: few, so that they come from a pool's cache again.
constexpr std::uint32_t kReclaimed = 32;

template <typename T>
T *ring_memory(std::uint32_t entries) {
  return static_cast<T *>(rte_zmalloc("net_pmill", sizeof(T) * entries, 64));
}

/// The mbuf flags of what a completion says, but for its timestamp: a table, as drivers have one.
constexpr auto kOffloadFlags = [] {
  constexpr std::pair<std::uint16_t, std::uint64_t> kFlags[] = {
      {completion::kHash, RTE_MBUF_F_RX_RSS_HASH},
      {completion::kVlan, RTE_MBUF_F_RX_VLAN},
      {completion::kVlanStripped, RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED},
      {completion::kIpGood, RTE_MBUF_F_RX_IP_CKSUM_GOOD},
      {completion::kIpBad, RTE_MBUF_F_RX_IP_CKSUM_BAD},
      {completion::kL4Good, RTE_MBUF_F_RX_L4_CKSUM_GOOD},
      {completion::kL4Bad, RTE_MBUF_F_RX_L4_CKSUM_BAD},
      {completion::kMark, RTE_MBUF_F_RX_FDIR | RTE_MBUF_F_RX_FDIR_ID},
  };
  std::array<std::uint64_t, 256> flags{};
  for (std::size_t told = 0; told < flags.size(); ++told)
    for (const auto &[bit, flag] : kFlags)
      if ((told & bit) != 0) flags[told] |= flag;
  return flags;
}();
static_assert(completion::kTimestamp == kOffloadFlags.size());

}  // namespace

// --- receiving ---------------------------------------------------------------------------------

HostRx::HostRx(Device &device, std::uint32_t queue, rte_mempool *pool, std::uint16_t port,
               int timestamp_offset, std::uint64_t timestamp_flag, bool exchanged)
    : device_(device),
      ring_(device.rx[queue]),
      pool_(pool),
      timestamp_offset_(timestamp_offset),
      timestamp_flag_(timestamp_flag),
      exchanged_(exchanged) {
  ring_.descriptors = ring_memory<RxDescriptor>(ring_.size);
  ring_.completions = ring_memory<Completion>(ring_.size);
  good_ = ring_.descriptors != nullptr && ring_.completions != nullptr;
  posted_.resize(ring_.size);
  fresh_.reserve(kFresh);
  rte_mbuf first{};
  first.nb_segs = 1;
  first.data_off = RTE_PKTMBUF_HEADROOM;
  first.port = port;
  rte_mbuf_refcnt_set(&first, 1);
  std::memcpy(&rearm_, &first.rearm_data, sizeof rearm_);
}

HostRx::~HostRx() {
  rte_free(ring_.descriptors);
  rte_free(ring_.completions);
  ring_.descriptors = nullptr;
  ring_.completions = nullptr;
}

void HostRx::post(std::uint32_t at, rte_mbuf *m) {
  posted_[at] = m;
  ring_.descriptors[at] = {static_cast<std::uint8_t *>(m->buf_addr) + RTE_PKTMBUF_HEADROOM,
                           std::uint32_t{m->buf_len} - RTE_PKTMBUF_HEADROOM, 0};
}

bool HostRx::start() {
  next_ = ring_.filled = 0;
  polled_ = false;
  std::memset(ring_.completions, 0, sizeof(Completion) * ring_.size);
  ring_.posted.store(0, std::memory_order_relaxed);
  if (exchanged_) return true;
  if (rte_pktmbuf_alloc_bulk(pool_, posted_.data(), ring_.size) != 0) {
    std::fill(posted_.begin(), posted_.end(), nullptr);
    return false;
  }
  for (std::uint32_t i = 0; i < ring_.size; ++i) post(i, posted_[i]);
  ring_.post(ring_.size);
  return true;
}

void HostRx::stop() {
  for (rte_mbuf *&m : posted_) {  // none where the queue is somebody else's
    rte_pktmbuf_free(m);
    m = nullptr;
  }
  rte_pktmbuf_free_bulk(fresh_.data(), static_cast<unsigned>(fresh_.size()));
  fresh_.clear();
}

std::uint32_t HostRx::waiting() const {
  std::uint32_t n = 0;
  while (n < ring_.size && ring_.completed(next_ + n) != nullptr) ++n;
  return n;
}

/// Makes sure that there is a fresh buffer, of which `wanted` more will be used.
bool HostRx::refill(std::uint32_t wanted) {
  const std::uint32_t n = std::clamp(wanted, 1U, kFresh);
  fresh_.resize(n);
  if (rte_pktmbuf_alloc_bulk(pool_, fresh_.data(), n) == 0) return true;
  fresh_.clear();
  if (rte_mbuf *m = rte_pktmbuf_alloc(pool_); m != nullptr) fresh_.push_back(m);
  return !fresh_.empty();
}

void HostRx::fill(rte_mbuf *m, const Completion &c) const {
  std::memcpy(&m->rearm_data, &rearm_, sizeof rearm_);
  m->ol_flags = kOffloadFlags[c.flags % kOffloadFlags.size()];
  m->packet_type = c.packet_type;
  m->pkt_len = c.length;
  m->data_len = static_cast<std::uint16_t>(c.length);
  m->vlan_tci = c.vlan_tci;
  m->hash.rss = c.rss_hash;
  if ((c.flags & completion::kMark) != 0) m->hash.fdir.hi = c.mark;
  if ((c.flags & completion::kTimestamp) != 0 && timestamp_offset_ >= 0) {
    *RTE_MBUF_DYNFIELD(m, timestamp_offset_, std::uint64_t *) = c.timestamp;
    m->ol_flags |= timestamp_flag_;
  }
}

std::uint16_t HostRx::receive(rte_mbuf **into, std::uint16_t most) {
  if (exchanged_) [[unlikely]]
    return 0;
  if (!polled_) [[unlikely]] {
    polled_ = true;
    device_.wake();
  }
  device_.step_receive(most);
  std::uint16_t n = 0;
  while (n < most) {
    const Completion *c = ring_.completed(next_);
    if (c == nullptr) break;
    if (fresh_.empty() && !refill(most - n)) {
      ++no_buffer_;
      break;
    }
    const std::uint32_t at = ring_.at(next_++);
    rte_mbuf *m = posted_[at];
    fill(m, *c);
    into[n++] = m;
    post(at, fresh_.back());
    fresh_.pop_back();
  }
  if (n != 0) ring_.post(next_ + ring_.size);
  return n;
}

// --- transmitting ------------------------------------------------------------------------------

HostTx::HostTx(Device &device, std::uint32_t queue) : device_(device), ring_(device.tx[queue]) {
  ring_.descriptors = ring_memory<TxDescriptor>(ring_.size);
  good_ = ring_.descriptors != nullptr;
  kept_.resize(ring_.size);
}

HostTx::~HostTx() {
  rte_free(ring_.descriptors);
  ring_.descriptors = nullptr;
}

void HostTx::start() {
  posted_ = freed_ = 0;
  ring_.posted.store(0, std::memory_order_relaxed);
  ring_.done.store(0, std::memory_order_relaxed);
}

void HostTx::stop() { reclaim(); }

void HostTx::reclaim() {
  if (posted_ == freed_) return;  // nothing is, and the queue may be somebody else's
  const std::uint32_t done = ring_.done.load(std::memory_order_acquire);
  while (freed_ != done) {  // a stretch that does not wrap around, at once
    const std::uint32_t at = ring_.at(freed_), n = std::min(done - freed_, ring_.size - at);
    rte_pktmbuf_free_bulk(&kept_[at], n);
    freed_ += n;
  }
}

std::uint16_t HostTx::transmit(rte_mbuf **from, std::uint16_t count) {
  if (posted_ - freed_ >= kReclaimed) reclaim();
  std::uint16_t n = 0;
  for (; n < count && posted_ - freed_ < ring_.size; ++n) {
    rte_mbuf *m = from[n];
    if (m->nb_segs != 1) [[unlikely]] {
      ++errors_;
      rte_pktmbuf_free(m);
      continue;
    }
    const std::uint32_t at = ring_.at(posted_++);
    kept_[at] = m;
    ring_.descriptors[at] = {rte_pktmbuf_mtod(m, const std::uint8_t *), m->data_len, 0};
  }
  ring_.post(posted_);
  device_.step_transmit();
  return n;
}

}  // namespace pmill::nic
