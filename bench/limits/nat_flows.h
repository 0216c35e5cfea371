// SPDX-License-Identifier: BSD-3-Clause
// The flows of the hand-written NAT: who talks to whom, and who that is outside.
//
// Two tables of the same kind, one for each direction: entries of 32 bytes, two of which share a
// cache line and a home; who finds no place there goes to the next free one (linear probing over
// buckets). Everything that a packet needs lies in the entry
// that it is found by. Entries are moved back when one in front of them ends, so that searches end
// at the first free one.
//
// Nothing is done for time on the packets' way but noting the second. A wheel of seconds says when
// to look at which flow; one that was used meanwhile is looked at again when it may have ended.
#pragma once

#include <sys/mman.h>
#include <sys/random.h>

#include <utility>
#include <vector>

#include "packets.h"

namespace nat {

inline constexpr uint32_t kAddress = 0xc0000201;           // 192.0.2.1, which all share outside
inline constexpr uint32_t kTimeout = 300, kTimeWait = 10;  // seconds
inline constexpr uint32_t kFirstPort = 1024, kPorts = 0x10000 - kFirstPort;
inline constexpr unsigned kTries = 256;  // of ports for a new flow

// As it lies in packets: addresses, ports, then the protocol.
struct Key {
  uint64_t addresses, rest;
};

// Bits of what a TCP connection has seen: both ends are through, or one broke it off.
enum : uint8_t { kFinOut = 1, kFinIn = 2, kReset = 4 };
enum : uint8_t { kFin = 1, kSyn = 2, kRst = 4, kAck = 16 };

struct alignas(32) Entry {
  uint64_t addresses;
  uint32_t ports;
  uint8_t protocol;  // 0: free
  uint8_t state;     // of those inside: see above
  uint16_t delta;    // what changes in the checksum of TCP or UDP
  union {
    uint32_t address;  // of what returns: who it is for inside
    uint32_t due;      // of those inside: the second at which it is looked at
  };
  uint16_t port;           // what the port of this side's end becomes
  uint16_t address_delta;  // what changes in that of IP, one less of TTL included
  uint32_t used;           // second of the last packet
  uint32_t other;          // index of the entry for the other direction

  Key key() const { return {addresses, ports | uint64_t{protocol} << 32}; }
};
static_assert(sizeof(Entry) == 32);

ALWAYS_INLINE uint16_t fold(uint32_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>((sum & 0xffff) + (sum >> 16));
}

// A checksum when half-words that it is of change by a sum of them (RFC 1624).
ALWAYS_INLINE uint16_t changed(uint16_t checksum, uint32_t delta) {
  uint32_t sum = (checksum ^ 0xffffu) + delta;
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// What changes in a sum when an address or a port becomes another.
inline uint32_t change(uint32_t from, uint32_t to) {
  return (~from & 0xffff) + (~from >> 16) + (to & 0xffff) + (to >> 16);
}
inline uint32_t change_of_port(uint16_t from, uint16_t to) { return (from ^ 0xffffu) + to; }

template <typename T>
T *pages(size_t count) {
  void *at =
      mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) limits_fail("no memory for flows", errno);
  madvise(at, count * sizeof(T), MADV_HUGEPAGE);
  madvise(at, count * sizeof(T), MADV_POPULATE_WRITE);
  return static_cast<T *>(at);
}

class Table {
 public:
  void start(size_t capacity, const uint64_t *secret) {
    size_t size = 64;
    while (size * 3 < capacity * 4) size *= 2;
    mask_ = size - 1;
    entries_ = pages<Entry>(size);
    secret_[0] = secret[0], secret_[1] = secret[1];
  }

  // The folded product of wyhash; nobody can send keys that meet.
  ALWAYS_INLINE size_t home(const Key &key) const {
    const auto product =
        static_cast<unsigned __int128>(key.addresses ^ secret_[0]) * (key.rest ^ secret_[1]);
    const auto hash = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
    return hash & mask_ & ~size_t{1};
  }
  ALWAYS_INLINE void prefetch(size_t home) const { __builtin_prefetch(&entries_[home]); }

  // The entry of a key whose home is known; nullptr when there is none.
  ALWAYS_INLINE Entry *find(const Key &key, size_t home) const {
    for (size_t i = home;; i = (i + 1) & mask_) {
      Entry &e = entries_[i];
      uint64_t rest;
      memcpy(&rest, &e.ports, sizeof rest);
      if (((e.addresses ^ key.addresses) | (rest ^ key.rest) << 24) == 0) return &e;
      if (e.protocol == 0) return nullptr;
    }
  }

  // Where an entry with this key, which has none, is to be written.
  uint32_t place(const Key &key) const {
    size_t i = home(key);
    while (entries_[i].protocol != 0) i = (i + 1) & mask_;
    return static_cast<uint32_t>(i);
  }
  Entry &operator[](size_t i) const { return entries_[i]; }
  uint32_t index(const Entry &e) const { return static_cast<uint32_t>(&e - entries_); }

  // Frees a place, and lets those behind it move up, whose other entries are told.
  void erase(size_t i, const Table &other) {
    for (size_t j = i;;) {
      j = (j + 1) & mask_;
      if (entries_[j].protocol == 0) break;
      const size_t from_home = (j - home(entries_[j].key())) & mask_;
      if (from_home < ((j - i) & mask_)) continue;  // it would be in front of its home
      entries_[i] = entries_[j];
      other[entries_[i].other].other = static_cast<uint32_t>(i);
      i = j;
    }
    entries_[i] = {};
  }

 private:
  Entry *entries_ = nullptr;
  size_t mask_ = 0;
  uint64_t secret_[2] = {};
};

class Flows {
 public:
  uint64_t opened = 0, ended = 0, refused = 0, no_port = 0;

  // `seed`: of secrets and ports; 0 for some that nobody knows.
  void start(size_t capacity, uint64_t seed) {
    uint64_t secrets[4];
    if (seed == 0 && getrandom(secrets, sizeof secrets, 0) != sizeof secrets)
      limits_fail("no secret", errno);
    for (uint64_t &secret : secrets)
      if (seed != 0) secret = seed = seed * 0x5851f42d4c957f2d + 0x14057b7ef767814f;
    capacity_ = capacity;
    out_.start(capacity, secrets);
    back_.start(capacity, secrets + 2);
    secret_ = secrets[0] ^ secrets[3];
    cursors_.resize(1 << 16);
  }

  const Table &out() const { return out_; }
  const Table &back() const { return back_; }
  uint32_t now() const { return now_; }

  // The flow of a packet from inside; nullptr when there is none yet.
  ALWAYS_INLINE Entry *outgoing(const Key &key, size_t home) {
    Entry *e = out_.find(key, home);
    if (likely_(e != nullptr) && e->used != now_) e->used = now_;
    return e;
  }
  // The same, and one begins when there is none; nullptr when there is no room or no port for it.
  Entry *any_outgoing(const Key &key) {
    Entry *e = outgoing(key, out_.home(key));
    return e == nullptr ? open(key) : e;
  }
  // That of a packet from outside; nullptr when it is of none.
  ALWAYS_INLINE Entry *returning(const Key &key, size_t home) {
    Entry *e = back_.find(key, home);
    if (likely_(e != nullptr) && e->used != now_) e->used = now_;
    return e;
  }

  // Follows the TCP connection of an entry of those inside.
  __attribute__((noinline)) void follow(Entry &e, uint8_t flags, bool outgoing) {
    if ((flags & (kSyn | kAck)) == kSyn) {
      // The same ends connect once more. Who waits for connections inside is never asked.
      if (!outgoing || !is_closed(e)) return;
      e.state = 0;
      return look_at(e, kTimeout);
    }
    const bool was_closed = is_closed(e);
    if (flags & kRst) e.state |= kReset;
    if (flags & kFin) e.state |= outgoing ? kFinOut : kFinIn;
    if (!was_closed && is_closed(e)) look_at(e, kTimeWait);
  }
  void follow_returning(const Entry &e, uint8_t flags) { follow(out_[e.other], flags, false); }

  // Notes the second, and ends some of the flows that are to end.
  ALWAYS_INLINE void look(uint32_t second) {
    if (unlikely_(second != now_ || !due_.empty())) tick(second);
  }

 private:
  struct Timer {
    Key key;
    uint32_t at;
  };
  static constexpr uint32_t kSlots = 512;  // more seconds than a flow may be away

  static bool is_closed(const Entry &e) {
    return (e.state & kReset) || (e.state & (kFinOut | kFinIn)) == (kFinOut | kFinIn);
  }

  // Finds a port that is free for the remote end: behind the last one that was given for it, and
  // where that began nobody else knows (RFC 6056 3.3.4).
  Entry *open(const Key &key) {
    if (opened - ended >= capacity_) return ++refused, nullptr;
    const uint64_t remote = key.addresses >> 32;
    const uint64_t remote_port = key.rest >> 16 & 0xffff;
    const uint64_t protocol = key.rest & 0xff00000000;
    const auto product =
        static_cast<unsigned __int128>(remote ^ remote_port << 32 ^ secret_) * 0x9e3779b97f4a7c15;
    const auto hash = static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
    uint16_t &cursor = cursors_[hash & 0xffff];
    for (unsigned n = 0; n < kTries; n++) {
      const auto port =
          rte_cpu_to_be_16(static_cast<uint16_t>(((hash >> 32) + cursor) % kPorts + kFirstPort));
      cursor = static_cast<uint16_t>((cursor + 1u) % kPorts);
      const Key back{remote | uint64_t{rte_cpu_to_be_32(kAddress)} << 32,
                     remote_port | uint64_t{port} << 16 | protocol};
      if (back_.find(back, back_.home(back)) == nullptr) return &add(key, back, port);
    }
    return ++no_port, nullptr;
  }

  Entry &add(const Key &key, const Key &back, uint16_t port) {
    constexpr uint32_t kLessTtl = 0xfffe;  // the low byte of its half-word, as hosts load it
    const uint32_t at = out_.place(key), back_at = back_.place(back);
    const auto inside = static_cast<uint32_t>(key.addresses);
    const auto inside_port = static_cast<uint16_t>(key.rest);
    const auto protocol = static_cast<uint8_t>(key.rest >> 32);
    const uint32_t outside = rte_cpu_to_be_32(kAddress);
    const uint32_t there = change(inside, outside), here = change(outside, inside);
    out_[at] = {.addresses = key.addresses,
                .ports = static_cast<uint32_t>(key.rest),
                .protocol = protocol,
                .state = 0,
                .delta = fold(there + change_of_port(inside_port, port)),
                .due = 0,
                .port = port,
                .address_delta = fold(there + kLessTtl),
                .used = now_,
                .other = back_at};
    back_[back_at] = {.addresses = back.addresses,
                      .ports = static_cast<uint32_t>(back.rest),
                      .protocol = protocol,
                      .state = 0,
                      .delta = fold(here + change_of_port(port, inside_port)),
                      .address = inside,
                      .port = inside_port,
                      .address_delta = fold(here + kLessTtl),
                      .used = now_,
                      .other = at};
    opened++;
    look_at(out_[at], kTimeout);
    return out_[at];
  }

  // Sets the timer of a flow; one that it had counts no more.
  void look_at(Entry &e, uint32_t seconds) {
    e.due = now_ + seconds;
    wheel_[e.due % kSlots].push_back({e.key(), e.due});
  }

  // Asks for the flows of a second at a time, and judges few of them before packets go on.
  __attribute__((noinline, cold)) void tick(uint32_t second) {
    while (now_ != second) {
      now_++;
      auto &slot = wheel_[now_ % kSlots];
      due_.insert(due_.end(), slot.begin(), slot.end());
      slot.clear();
    }
    for (size_t n = RTE_MAX(size_t{64}, due_.size() / 16); n != 0 && !due_.empty(); n--) {
      const Timer timer = due_.back();
      due_.pop_back();
      Entry *e = out_.find(timer.key, out_.home(timer.key));
      if (e != nullptr && e->due == timer.at) judge(*e);
    }
  }

  void judge(Entry &e) {
    const uint32_t used = RTE_MAX(e.used, back_[e.other].used);
    if (!is_closed(e) && now_ - used < kTimeout) return look_at(e, used + kTimeout - now_);
    back_.erase(e.other, out_);
    out_.erase(out_.index(e), back_);
    ended++;
  }

  Table out_, back_;
  size_t capacity_ = 0;
  uint32_t now_ = 0;
  uint64_t secret_ = 0;
  std::vector<uint16_t> cursors_;
  std::vector<Timer> wheel_[kSlots], due_;
};

}  // namespace nat
