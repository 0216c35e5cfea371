// SPDX-License-Identifier: BSD-3-Clause
// The flows of one worker: who has which number, for how long, and who is told when one ends.
//
// A flow that nobody has used for `timeout` is ended between two bursts, at most two ticks later.
// One that is closed ends at a time of its own. The packets' way only notes the current tick.
#pragma once

#include <cstddef>
#include <cstdint>
#include <pmill/attributes.hh>
#include <pmill/clock.hh>
#include <pmill/flow/table.hh>
#include <pmill/flow/wheel.hh>
#include <pmill/huge_array.hh>
#include <vector>

namespace pmill {
class Worker;
}

namespace pmill::flow {

/// How many flows, and for how long; times in ns.
struct Limits {
  std::uint32_t capacity = 0;             // 1 to kMostFlows
  std::int64_t timeout = 0;               // 0: for ever
  std::int64_t interval = 1'000'000'000;  // of a tick
};

/// Whether what is kept of so many flows has no place in the processor's nearest caches: a quarter
/// of a second-level cache for each table that a packet may ask.
constexpr bool are_far(std::uint64_t flows) {
  constexpr std::uint64_t kNearBytes = 1 << 18, kBytes = 64;  // of a flow
  return flows > kNearBytes / kBytes;
}

/// Somebody who keeps something for each flow, under its number.
class User {
 public:
  /// Where what is kept lies: of flow `n` it begins `n * bytes` behind `begin`.
  struct Kept {
    const std::byte *begin = nullptr;
    std::size_t bytes = 0;
  };

  /// Takes memory for flows 1 to `capacity`.
  virtual Kept start(std::uint32_t capacity) = 0;
  /// A flow ends; its number may be another one's soon.
  virtual void end(Id id) = 0;
  /// When a flow was last used; `seen` is when a packet of it last came by its table.
  virtual Tick used(Id, Tick seen) const { return seen; }

 protected:
  ~User() = default;
};

/// A secret nobody can guess, unless the program's random numbers repeat.
[[gnu::cold]] Secret make_secret(Worker &worker);

class Flows {
 public:
  /// Takes memory.
  [[gnu::cold]] void start(const Limits &limits, std::int64_t now, const Secret &secret);
  /// Takes the time from a simulated clock, which leaps between two packets, from now on.
  [[gnu::cold]] void follow(const Clock &simulated);
  /// Has somebody told, from now on and of what was before.
  [[gnu::cold]] void attach(User &user);

  PMILL_INLINE std::uint64_t hash(const Key &key) const { return table_.hash(key); }
  PMILL_INLINE void prefetch(std::uint64_t hash) const { table_.prefetch(hash); }
  /// The same for a guessed key, whose spot it returns, while the table is near; and then, when
  /// that is there, for what is kept of the flow that seems to be meant.
  PMILL_INLINE Table::Spot foresee(const Key &key) const { return table_.foresee(key); }
  PMILL_INLINE void foresee_kept(Table::Spot at) const {
    __builtin_prefetch(kept_.begin + table_.guess(at) * kept_.bytes);
  }
  PMILL_INLINE Table::Spot spot(std::uint64_t hash) const { return table_.spot(hash); }
  /// The flow of a key, which is used now, by where to look first; 0 when there is none.
  PMILL_INLINE Id find(const Key &key, Table::Spot at) {
    // Not table_.find(): whether there is one would be asked of those that are found first, too.
    Table::Found found = table_.find_first(key, at);
    if (found.id == 0) [[unlikely]] {
      found = table_.find_anywhere(key);
      if (found.id == 0) return 0;
    }
    // Not for every packet: a line that is written goes back to memory, too.
    if (*found.mark != current_) [[unlikely]]
      *found.mark = tick();
    return found.id;
  }
  /// Begins a flow of a key that has none; 0 when there is no room for it.
  [[gnu::noinline]] Id add(const Key &key, std::uint64_t hash);

  /// Ends a flow in `ns`, used or not.
  void close(Id id, std::int64_t ns);
  /// Lets a flow that was closed live on.
  void reopen(Id id) { ends_[id] = 0; }

  /// Notes the time and ends what is to end: of very many flows some, then the next call goes on.
  void look(std::int64_t now, bool all);
  /// When `look` will have something to do, ns; kNever while it has not.
  std::int64_t due() const;
  PMILL_INLINE Tick tick() const { return simulated_ == nullptr ? tick_ : simulated_tick(); }

  std::uint32_t capacity() const { return limits_.capacity; }
  std::uint32_t live() const { return live_; }
  std::uint64_t begun() const { return begun_; }
  std::uint64_t ended() const { return begun_ - live_; }
  Key key(Id id) const { return table_.key(id); }

 private:
  /// Notes the time without doing what is due.
  void set_time(std::int64_t now);
  [[gnu::cold, gnu::noinline, gnu::pure, clang::preserve_most]] Tick simulated_tick() const;
  Tick ticks_of(std::int64_t ns) const;
  void start(User &user);
  void check(Id id);
  void end(Id id);

  Table table_;
  Tick current_ = 0;  // the mark of flows used in this tick; with a simulated clock of none
  Tick tick_ = 0;
  std::int64_t ticks_ = 0;
  const Clock *simulated_ = nullptr;
  Limits limits_;
  Wheel wheel_;
  // Of a closed flow the tick at which it ends, 0 of another; of an unused number the next such.
  HugeArray<std::uint32_t> ends_;
  Id unused_ = 0;  // the first number that was used and is not any more
  Id fresh_ = 1;   // the first that was never used
  std::uint32_t live_ = 0;
  std::uint64_t begun_ = 0;
  std::vector<User *> users_;
  User::Kept kept_;  // by the first of them
};

}  // namespace pmill::flow
