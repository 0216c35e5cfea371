// SPDX-License-Identifier: BSD-3-Clause
// Who has which IPv4 address: the table that ARP fills, with the packets that wait for an answer,
// and what each worker remembers of it.
//
// All workers share a table and ask it under a lock; the usual packet does not ask, for its worker
// remembers the answer in a cache of its own, which needs no lock. An answer is remembered only
// until it could be another one; a table that takes an answer back says so by its generation.
#pragma once

#include <rte_spinlock.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <pmill/net/ether.hh>
#include <pmill/values.hh>
#include <pmill/worker.hh>
#include <string>

namespace pmill::net {

/// A time to wait, ns: 0, for ever, when it is none or so long that it need not end.
constexpr std::int64_t arp_duration(std::int64_t ns) {
  constexpr std::int64_t kCentury = 100LL * 365 * 86400 * 1'000'000'000;
  return ns < 0 || ns > kCentury ? 0 : ns;
}

/// How much a table may hold. `timeout` in ns, 0 for none.
struct ArpLimits {
  std::uint32_t packets = 2048;     // that wait; 0: any number
  std::uint32_t entries = 0;        // 0: ArpTable::kMostEntries
  std::uint32_t entry_packets = 0;  // that wait for one address; 0: any number
  std::uint32_t slim_factor = 2;    // when there are too many packets, this part of them stays
  std::int64_t timeout = 0;
};

/// Where a table counts, under its lock.
struct ArpCounts {
  Count &entries;
  Count &packets;  // that wait
  Count &drops;    // that waited in vain
};

/// What a table knows of an address.
struct ArpAnswer {
  bool known = false;
  bool poll = false;  // it is to be asked for again: it will expire
  EtherAddress ether;
  std::int64_t until = 0;  // before which the answer will be the same, ns
};

/// What became of a packet that should wait.
enum class ArpWait : std::uint8_t {
  parked,
  ask,       // parked, and a query should be sent
  resolved,  // not parked: somebody answered just now
};

class ArpTable {
 public:
  static constexpr std::uint32_t kMostEntries = 65536;
  /// Between two queries for the same address, ns.
  static constexpr std::int64_t kBetweenQueries = 100'000'000;

  /// Takes memory for all that may ever be in the table.
  void start(const ArpLimits &limits);

  /// Returns what is known of an address. One that is used and was last heard of `poll` ns ago or
  /// longer is polled; 0 for never.
  ArpAnswer look_up(IPAddress ip, std::int64_t now, std::int64_t poll);
  /// Lets a parked packet wait for the answer; the table owns it, unless the answer is there.
  ArpWait wait(IPAddress ip, Buffer packet, std::int64_t now, Worker &worker, ArpCounts counts);
  /// Notes an answer; returns the packets that waited for it, linked, the first one first.
  Buffer learn(IPAddress ip, const EtherAddress &ether, std::int64_t now, Worker &worker,
               ArpCounts counts);

  /// Notes what a user says; packets that wait go on waiting for an answer from the network.
  void insert(IPAddress ip, const EtherAddress &ether, std::int64_t now, Worker &worker,
              ArpCounts counts);
  /// Forgets an address; false when it was not there.
  bool remove(IPAddress ip, Worker &worker, ArpCounts counts);
  void clear(Worker &worker, ArpCounts counts);
  /// A line an entry, the one that was heard of longest ago first: the address, whether its
  /// Ethernet address is known, that, and seconds since it was heard of.
  std::string text(std::int64_t now);

  /// Drops what is too old, if anything is.
  PMILL_INLINE void expire(std::int64_t now, Worker &worker, ArpCounts counts) {
    if (now >= due()) [[unlikely]]
      expire_now(now, worker, counts);
  }
  /// When something will be too old, kNever while there is nothing.
  PMILL_INLINE std::int64_t due() const { return due_.load(std::memory_order_relaxed); }
  /// Changes when an answer that was given is no longer right.
  PMILL_INLINE std::uint32_t generation() const {
    return generation_.load(std::memory_order_acquire);
  }
  std::uint32_t entries();
  std::uint32_t packets();

  /// Frees the packets that wait when the program ends; they stay counted as waiting.
  void finish(Worker &worker);

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = 0;  // entries are counted from 1

  struct Entry {
    IPAddress ip;
    EtherAddress ether;
    bool known;
    std::uint32_t packets;
    std::int64_t live_at;    // heard of, or first asked for
    std::int64_t polled_at;  // asked for
    Buffer first, last;      // the packets that wait
    Index older, newer;      // by live_at; of an unused entry, `newer` is the next unused
  };
  class Guard;
  class Dropped;

  void expire_now(std::int64_t now, Worker &worker, ArpCounts counts);

  // With the lock held:
  Index find(IPAddress ip) const;
  Index ensure(IPAddress ip, std::int64_t now, Dropped &dropped);
  Index note(IPAddress ip, const EtherAddress &ether, std::int64_t now, Dropped &dropped);
  void erase(Index at, Dropped &dropped);
  void drop_old(std::int64_t now, Dropped &dropped);
  void make_room(Entry &entry, Dropped &dropped);
  void drop_first(Entry &entry, Dropped &dropped);
  void append_youngest(Index at);
  void unlink(Index at);
  void update_due();
  std::uint32_t slot_of(IPAddress ip) const;
  std::uint32_t home_of(IPAddress ip) const { return ip.value * 0x9e3779b1U >> shift_; }
  void vacate(std::uint32_t slot);

  rte_spinlock_t lock_ = RTE_SPINLOCK_INITIALIZER;
  std::atomic<std::uint32_t> generation_{0};
  std::atomic<std::int64_t> due_{kNever};
  ArpLimits limits_;
  unsigned shift_ = 0;              // 32 less the bits of a slot's number
  std::unique_ptr<Index[]> slots_;  // by address: open addressing, at most half full
  std::unique_ptr<Entry[]> entry_;  // entry_[0] is nobody's
  Index unused_ = kNone;            // the first entry that was used and is not any more
  Index fresh_ = 1;                 // the first that was never used
  Index oldest_ = kNone, youngest_ = kNone;
  std::uint32_t count_ = 0;    // entries
  std::uint32_t waiting_ = 0;  // packets
};

/// What handlers of a table do with their texts: `IP ETHER`, `IP`. False, with a reason, when a
/// text is none such.
bool insert_neighbour(ArpTable &table, std::string_view text, Worker &worker, ArpCounts counts,
                      std::string &error);
bool delete_neighbour(ArpTable &table, std::string_view text, Worker &worker, ArpCounts counts,
                      std::string &error);

/// What one worker remembers of a table, so that the usual packet need not ask.
class ArpCache {
 public:
  /// An address and, in the low six bytes of a word, the Ethernet address to send to; the others
  /// are not 0. An unused place is right, too: what is for everybody goes to everybody.
  struct Place {
    IPAddress ip{255, 255, 255, 255};
    std::uint64_t ether = UINT64_MAX;
  };

  /// Finds the Ethernet address for an address; false when it is not remembered.
  [[nodiscard]] PMILL_INLINE bool find(IPAddress ip, std::uint64_t &ether) const {
    const Place &home = places_[number_of(ip)];
    ether = home.ether;
    if (home.ip == ip) [[likely]]
      return true;
    ether = search(ip);
    return ether != 0;
  }

  /// Remembers an answer, if that is worth it.
  void put(IPAddress ip, const ArpAnswer &answer, std::int64_t now);
  /// Forgets everything if anything of it may be wrong by now.
  PMILL_INLINE void check(std::uint32_t generation, std::int64_t now) {
    if (generation != generation_ || now >= until_) [[unlikely]]
      forget(generation);
  }

 private:
  static constexpr std::uint32_t kHomeBits = 10, kHomes = 1U << kHomeBits;
  static constexpr std::uint32_t kMost = kHomes / 2;  // addresses
  /// What is right for a shorter time than this is not remembered: everything would be forgotten
  /// too often. In ns.
  static constexpr std::int64_t kWorthIt = 10'000'000;

  /// Of the place where an address should be.
  static constexpr std::uint32_t number_of(IPAddress ip) {
    return ip.value * 0x9e3779b1U >> (32 - kHomeBits);
  }
  /// Returns the Ethernet address for an address in whose place another one is; 0 for none. Such
  /// addresses are few, and code for them must not keep registers from the others.
  [[gnu::cold, gnu::noinline, clang::preserve_most]] std::uint64_t search(IPAddress ip) const;
  void forget(std::uint32_t generation);

  // Open addressing; so many behind the last home that the search need not go round.
  Place places_[kHomes + kMost];
  std::uint32_t used_ = 0;
  std::uint32_t generation_ = 0;  // the table's, to which all of this belongs
  std::int64_t until_ = kNever;   // before which all of this is right
};

/// Writes the frame that asks `ether` who has the address `ip`, 42 bytes.
void write_arp_query(std::uint8_t *out, const EtherAddress &to, const EtherAddress &from,
                     IPAddress own, IPAddress ip);

/// The Ethernet address of an IPv4 multicast group (RFC 1112).
EtherAddress multicast_ether(IPAddress group);

}  // namespace pmill::net
