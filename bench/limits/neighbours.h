// SPDX-License-Identifier: BSD-3-Clause
// Who is behind which address on an Ethernet link (RFC 826), and packets that wait for an answer.
//
// What the packets' way reads is one word for each address of the link's own network: the Ethernet
// addresses of the frame. It is there while nothing need be asked; all else happens here.
#pragma once

#include <unordered_map>
#include <vector>

#include "packets.h"

namespace nat {

inline constexpr uint64_t kBroadcast = 0xffffffffffff;  // as the first bytes of a frame
inline constexpr double kForget = 300, kAskAgain = 60, kBetween = 0.1;  // seconds
inline constexpr uint32_t kMostWaiting = 2048;

struct Link {
  uint16_t port;
  uint32_t address, network;  // of /24
  uint64_t mac;               // own address, as the first bytes of a frame
};

class Neighbours {
 public:
  uint64_t queries = 0, responses = 0, malformed = 0, unanswered = 0, nobody = 0;

  void start(struct limits *limits, struct queue *queue, const Link &link) {
    limits_ = limits, queue_ = queue, link_ = link;
    hz_ = static_cast<double>(rte_get_tsc_hz());
  }

  // The first eight bytes of frames to an address of the own network; 0 when it is to be asked for.
  ALWAYS_INLINE uint64_t ready(uint32_t address) const { return ready_[address & 0xff]; }
  ALWAYS_INLINE bool is_near(uint32_t address) const { return address >> 8 == link_.network >> 8; }
  ALWAYS_INLINE const Link &link() const { return link_; }

  // Sends an IP packet to a next hop, or lets it wait.
  void send(struct rte_mbuf *m, uint32_t hop) {
    const double time = now();
    forget(time);
    if (hop == 0) return nobody++, rte_pktmbuf_free(m);
    if (hop == 0xffffffff) return transmit(m, kBroadcast);
    if (hop >> 28 == 14) return transmit(m, multicast(hop));
    Entry &e = entries_.try_emplace(hop).first->second;
    if (e.mac == 0) {
      if (e.asked == 0) e.heard = time;
      wait(e, m);
      if (time >= e.asked + kBetween) ask(e, hop, kBroadcast, time);
      return;
    }
    if (time >= e.heard + kAskAgain && time >= e.asked + kBetween) ask(e, hop, e.mac, time);
    if (time < e.heard + kAskAgain) note(hop, e.mac);
    transmit(m, e.mac);
  }

  // Takes in a frame that may be an answer; sends what waited for it.
  void learn(struct rte_mbuf *m) {
    static const uint8_t kind[8] = {0, 1, 8, 0, 6, 4, 0, 2};  // Ethernet, IPv4, reply
    const uint8_t *arp = bytes(m) + 14;
    const uint32_t hop = m->data_len < 42 ? 0 : load32(arp + 14);
    const bool good = hop != 0 && memcmp(arp, kind, 8) == 0 && (arp[8] & 1) == 0 &&
                      hop != 0xffffffff && hop >> 28 != 14;
    uint64_t mac = 0;
    if (good) memcpy(&mac, arp + 8, 6);
    rte_pktmbuf_free(m);
    if (!good) return malformed++, void();
    responses++;
    const double time = now();
    forget(time);
    Entry &e = entries_[hop];
    e.mac = mac, e.heard = time;
    note(hop, mac);
    waiting_ -= static_cast<uint32_t>(e.waiting.size());
    std::vector<struct rte_mbuf *> released;
    released.swap(e.waiting);
    for (struct rte_mbuf *waited : released) transmit(waited, mac);
  }

  // Has addresses asked for that were not heard of for long; once a second will do.
  void look() {
    const double time = now();
    for (auto &[hop, e] : entries_)
      if (time >= e.heard + kAskAgain) note(hop, 0);
    forget(time);
  }

 private:
  struct Entry {
    uint64_t mac = 0;  // 0: not known
    double heard = 0, asked = 0;
    std::vector<struct rte_mbuf *> waiting;
  };

  double now() const { return static_cast<double>(rte_rdtsc()) / hz_; }

  static uint64_t multicast(uint32_t group) {
    const uint8_t mac[8] = {1,
                            0,
                            0x5e,
                            static_cast<uint8_t>(group >> 16 & 0x7f),
                            static_cast<uint8_t>(group >> 8),
                            static_cast<uint8_t>(group)};
    uint64_t word;
    memcpy(&word, mac, sizeof word);
    return word;
  }

  void note(uint32_t hop, uint64_t mac) {
    if (is_near(hop)) ready_[hop & 0xff] = mac == 0 ? 0 : mac | link_.mac << 48;
  }

  void forget(double time) {
    if (time < oldest_ + kForget) return;
    oldest_ = time;
    for (auto at = entries_.begin(); at != entries_.end();) {
      if (time > at->second.heard + kForget) {
        note(at->first, 0);
        drop(at->second, 0);
        at = entries_.erase(at);
      } else {
        oldest_ = RTE_MIN(oldest_, at->second.heard);
        ++at;
      }
    }
  }

  void wait(Entry &e, struct rte_mbuf *m) {
    if (waiting_ >= kMostWaiting)
      for (auto &[hop, other] : entries_)
        if (waiting_ >= kMostWaiting / 2) drop(other, waiting_ - kMostWaiting / 2 + 1);
    e.waiting.push_back(m);
    waiting_++;
  }

  // Drops the first packets that wait; 0: all.
  void drop(Entry &e, uint32_t count) {
    const size_t n = count == 0 ? e.waiting.size() : RTE_MIN(size_t{count}, e.waiting.size());
    for (size_t i = 0; i < n; i++) rte_pktmbuf_free(e.waiting[i]);
    e.waiting.erase(e.waiting.begin(), e.waiting.begin() + static_cast<ptrdiff_t>(n));
    waiting_ -= static_cast<uint32_t>(n);
    unanswered += n;
  }

  void transmit(struct rte_mbuf *m, uint64_t to) {
    auto *frame = reinterpret_cast<uint8_t *>(rte_pktmbuf_prepend(m, 14));
    memcpy(frame, &to, 6);
    memcpy(frame + 6, &link_.mac, 6);
    store16(frame + 12, RTE_ETHER_TYPE_IPV4);
    queue_put(queue_, limits_, link_.port, m);
  }

  void ask(Entry &e, uint32_t hop, uint64_t to, double time) {
    e.asked = time;
    struct rte_mbuf *m = new_buffer(limits_, 42);
    if (m == nullptr) return;
    uint8_t *frame = bytes(m), *arp = frame + 14;
    static const uint8_t kind[8] = {0, 1, 8, 0, 6, 4, 0, 1};  // Ethernet, IPv4, request
    memcpy(frame, &to, 6);
    memcpy(frame + 6, &link_.mac, 6);
    store16(frame + 12, RTE_ETHER_TYPE_ARP);
    memcpy(arp, kind, 8);
    memcpy(arp + 8, &link_.mac, 6);
    store32(arp + 14, link_.address);
    memset(arp + 18, 0, 6);
    store32(arp + 24, hop);
    queries++;
    queue_put(queue_, limits_, link_.port, m);
  }

  struct limits *limits_ = nullptr;
  struct queue *queue_ = nullptr;
  Link link_{};
  double hz_ = 1, oldest_ = 0;
  uint32_t waiting_ = 0;
  std::unordered_map<uint32_t, Entry> entries_;
  uint64_t ready_[256] = {};
};

}  // namespace nat
