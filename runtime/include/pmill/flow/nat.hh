// SPDX-License-Identifier: BSD-3-Clause
// The mappings of one worker: who its flows are outside, and which flow belongs to what comes back.
//
// A mapping is told by the remote end, too (RFC 4787: address and port-dependent), so that an
// address has 64 thousand ports for each remote end. Workers have ports of their own. What comes
// back may come to another worker than that of the flow; it then uses this one's mappings, and all
// do so under a lock where there are several workers.
#pragma once

#include <rte_spinlock.h>

#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/flow/flows.hh>
#include <pmill/flow/mapping.hh>
#include <pmill/guard.hh>
#include <pmill/huge_array.hh>
#include <pmill/spec.hh>
#include <pmill/values.hh>
#include <vector>

namespace pmill::flow {

/// What addresses and ports there are outside.
struct Outside {
  IPPrefix addresses;
  std::uint16_t first_port = 1, last_port = 65535;  // port 0 is none
};

class Nat final : public User {
 public:
  /// Whose mappings these are: those of worker `worker` of so many, `all` by number. `flows` are
  /// the worker's, and `count` says how many mappings live.
  struct Place {
    unsigned worker, workers;
    const std::vector<Nat *> &all;
    Flows &flows;
    Count &count;
  };
  /// Ends the program when there are fewer ports than workers.
  [[gnu::cold]] void configure(const Outside &outside, const Place &place, const Secret &secret);
  Kept start(std::uint32_t capacity) override;
  void end(Id id) override;
  Tick used(Id id, Tick seen) const override;

  /// To hold while something of the mappings is used.
  PMILL_INLINE Guard lock() const { return Guard(lock_, several_); }
  /// Whether other workers use something of the mappings, too.
  PMILL_INLINE bool is_shared() const { return several_; }
  /// The worker whose flows have an outside port, in network order; nullptr for none.
  PMILL_INLINE Nat *owner_of(std::uint16_t port) { return several_ ? find_owner(port) : this; }
  Flows &flows() { return *flows_; }

  PMILL_INLINE void prefetch(Id id) const { __builtin_prefetch(&mappings_[id]); }
  PMILL_INLINE Mapping &mapping(Id id) { return mappings_[id]; }
  /// Finds a place outside for a flow that has none: false when none is free.
  [[gnu::noinline]] bool open(Id id, const Key &key);

  /// The same of what comes back, by its own key. The flow to which it belongs is 0 for none.
  PMILL_INLINE std::uint64_t hash(const Key &key) const { return table_.hash(key); }
  PMILL_INLINE void prefetch_returning(std::uint64_t hash) const { table_.prefetch(hash); }
  PMILL_INLINE Table::Spot spot(std::uint64_t hash) const { return table_.spot(hash); }
  PMILL_INLINE Table::Spot foresee_returning(const Key &key) const { return table_.foresee(key); }
  PMILL_INLINE void foresee_mapping(Table::Spot at) const { prefetch(table_.guess(at)); }
  PMILL_INLINE Id find_returning(const Key &key, Table::Spot at) const {
    return table_.find(key, at).id;
  }

  /// Follows the TCP connection of a mapping, to one of whose packets these flags belong.
  [[gnu::noinline]] void follow(Id id, std::uint8_t flags, bool outgoing);
  /// Whether `settle` may have something to do; other workers may have closed something, too.
  PMILL_INLINE bool is_unsettled() const { return several_ || listed_ != 0; }
  /// Tells the flows' table which connections have closed: they end in `ns`. Returns how many.
  unsigned settle(std::int64_t ns);

 private:
  [[gnu::noinline]] Nat *find_owner(std::uint16_t port) const;
  IPAddress address_for(const Key &key, unsigned which) const;
  bool open_at(Mapping &mapping, Id id, IPAddress outside);

  HugeArray<Mapping> mappings_;  // by flow
  Table table_;                  // of what comes back
  HugeArray<std::uint16_t> cursors_;
  Flows *flows_ = nullptr;
  const std::vector<Nat *> *all_ = nullptr;
  bool several_ = false;
  std::uint16_t first_port_ = 0, ports_ = 0;  // of this worker; host order
  std::uint16_t least_port_ = 0;              // of all
  IPPrefix addresses_;
  Secret secret_;
  Id listed_ = 0;  // the connection that closed last
  Count *count_ = nullptr;
  mutable rte_spinlock_t lock_ = RTE_SPINLOCK_INITIALIZER;
};

/// Whether flags of a TCP header begin or end something.
PMILL_INLINE bool matters(std::uint8_t flags) {
  return (flags & (net::Tcp::kSyn | net::Tcp::kFin | net::Tcp::kRst)) != 0;
}

}  // namespace pmill::flow
