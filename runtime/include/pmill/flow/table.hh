// SPDX-License-Identifier: BSD-3-Clause
// A hash table from the keys of flows to numbers, for millions of them: a question mostly costs one
// cache line, which can be asked for before.
//
// A cuckoo hash table with buckets of a cache line: a key lies in the first of its two buckets, or,
// when that was full, in the second. A bucket remembers by a filter which of its keys lie
// elsewhere, so that nobody looks there in vain. After Pagh and Rodler, "Cuckoo hashing" (2004),
// and Le Scouarnec, "Cuckoo++ hash tables" (ANCS 2018). Keys are short, so that they stand where
// others have tags, and no second line is read to compare them.
//
// Tables are of one worker. The hash has a secret, so that nobody can send keys that meet.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <pmill/attributes.hh>
#include <pmill/flow/key.hh>
#include <pmill/huge_array.hh>

namespace pmill::flow {

/// A flow's number, from 1; 0 is none.
using Id = std::uint32_t;
inline constexpr unsigned kIdBits = 24;
/// Most flows of a table.
inline constexpr std::uint32_t kMostFlows = (1U << kIdBits) - 1;

/// What a hash depends on beside the key.
struct Secret {
  std::uint64_t words[2]{};
};

/// 64 bits of a product of a key and a secret, folded (the step of Wang Yi's wyhash).
PMILL_INLINE std::uint64_t folded(const Key &key, const Secret &secret) {
  using Wide = unsigned __int128;
  const Wide product = Wide{key.addresses ^ secret.words[0]} * (key.rest ^ secret.words[1]);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}
/// The same, spread: the high bits depend on all of them.
PMILL_INLINE constexpr std::uint64_t spread(std::uint64_t folded) {
  return folded * 0x9e3779b97f4a7c15;
}
/// The hash of a key.
PMILL_INLINE std::uint64_t hash_of(const Key &key, const Secret &secret) {
  return spread(folded(key, secret));
}

class Table {
 public:
  /// What was found: the flow, and a word of it that lies in the same cache line.
  struct Found {
    Id id = 0;
    std::uint32_t *mark = nullptr;
  };

  /// Where a bucket lies. One of 0 bytes is in every table, others are in the one that they are of.
  struct Spot {
    std::size_t bytes = 0;
  };

  /// Takes memory for so many flows, at most kMostFlows.
  [[gnu::cold]] void start(std::uint32_t capacity, const Secret &secret);
  /// The same with so many buckets, a power of 2.
  [[gnu::cold]] void start(std::uint32_t capacity, const Secret &secret, std::size_t buckets);

  PMILL_INLINE std::uint64_t hash(const Key &key) const { return folded(key, secret_); }
  /// Asks for the memory that `find` mostly reads.
  PMILL_INLINE void prefetch(std::uint64_t hash) const {
    __builtin_prefetch(&buckets_[first_of(hash)]);
    if (__atomic_load_n(&many_moved_, __ATOMIC_RELAXED))
      __builtin_prefetch(&buckets_[second_of(hash)]);
  }
  /// Where to look for a key first.
  PMILL_INLINE Spot spot(std::uint64_t hash) const { return {first_of(hash) * sizeof(Bucket)}; }
  /// Asks for the line alone in which a key lies mostly; returns where that is.
  PMILL_INLINE Spot foresee(const Key &key) const {
    const Spot at = spot(hash(key));
    __builtin_prefetch(&bucket_at(at));
    return at;
  }
  /// The flow that lies where one would that is found first; 0 for none.
  PMILL_INLINE Id guess(Spot at) const { return bucket_at(at).slots[0].id(); }
  /// The flow of a key, by where to look first or by its hash; its `id` is 0 when there is none.
  PMILL_INLINE Found find(const Key &key, Spot at) const {
    if (const Found found = find_first(key, at); found.id != 0) [[likely]]
      return found;
    return find_anywhere(key);
  }
  PMILL_INLINE Found find(const Key &key, std::uint64_t hash) const {
    return find(key, spot(hash));
  }
  /// The same when it is found first, as nearly all are while there are few. Then `find_anywhere`
  /// finds it, as it does for somebody who looked at another spot of this table.
  PMILL_INLINE Found find_first(const Key &key, Spot at) const {
    // In a table that is nearly empty keys are alone in their buckets.
    Bucket &first = bucket_at(at);
    if (!is_sparse_ || is(first.slots[0], key) == 0) [[unlikely]]
      return {};
    const Id id = first.slots[0].id();
    __builtin_assume(id != 0);  // what is unused has no key
    return {id, &first.marks[0]};
  }
  /// The same wherever the key lies. Out of line, and whoever calls keeps its registers: packets
  /// that need not come here would pay for those that do.
  [[gnu::noinline, gnu::pure, clang::preserve_most]] Found find_anywhere(Key key) const;
  /// Notes a flow, of a key that is not there; false when its buckets, and those of all who might
  /// make room, are full.
  [[nodiscard]] bool insert(const Key &key, std::uint64_t hash, Id id, std::uint32_t mark);
  /// Forgets a flow that is there.
  void erase(Id id);

  // Of a flow that is there:
  Key key(Id id) const;
  std::uint32_t &mark(Id id) { return bucket_of(id).marks[where_[id] % kWidth]; }

  std::size_t buckets() const { return buckets_.size(); }
  /// How many flows lie in the second of their buckets.
  std::uint32_t moved() const { return moved_; }
  /// Buckets that send some questions on to others.
  std::size_t filters() const;

 private:
  struct Slot {
    std::uint64_t addresses;
    std::uint32_t ports;
    std::uint32_t id_and_protocol;  // 0: unused

    Id id() const { return id_and_protocol >> 8; }
  };
  static constexpr unsigned kSlots = 3;
  static constexpr unsigned kWidth = 4;  // places of a bucket, of which the last is no slot
  struct alignas(64) Bucket {
    Slot slots[kSlots];
    std::uint32_t marks[kSlots];
    std::uint16_t filter;  // of the keys whose first bucket this is, and that lie in their second
    std::uint16_t moved;   // how many those are
  };
  static_assert(sizeof(Bucket) == 64);
  struct Step;

  PMILL_INLINE Bucket &bucket_at(Spot at) const {
    return *reinterpret_cast<Bucket *>(reinterpret_cast<std::byte *>(buckets_.data()) + at.bytes);
  }
  PMILL_INLINE std::size_t first_of(std::uint64_t hash) const { return hash & mask_; }
  PMILL_INLINE std::size_t second_of(std::uint64_t hash) const {
    const std::size_t first = hash & mask_, second = spread(hash) >> 32 & mask_;
    return second == first ? second ^ 1 : second;
  }
  PMILL_INLINE static unsigned filter_bit(std::uint64_t hash) {
    return static_cast<unsigned>(spread(hash) >> 60);
  }

  PMILL_INLINE static unsigned is(const Slot &slot, const Key &key) {
    std::uint64_t rest;  // ports, protocol, and the number, which is shifted out
    std::memcpy(&rest, &slot.ports, sizeof rest);
    const std::uint64_t other = (rest ^ key.rest) << kIdBits;
    return ((slot.addresses ^ key.addresses) | other) == 0;
  }
  static Found look_in(Bucket &bucket, const Key &key);

  Bucket &bucket_of(Id id) const { return buckets_[where_[id] / kWidth]; }
  static Key key_of(const Slot &slot);
  static unsigned free_slot(const Bucket &bucket);
  void put(std::size_t bucket, unsigned at, const Slot &slot, std::uint32_t mark,
           std::uint64_t hash);
  void take(std::size_t bucket, unsigned at, std::uint64_t hash);
  std::size_t make_room(std::size_t first, std::size_t second);
  void count();
  void move_along(const Step *steps, unsigned last, unsigned at);

  HugeArray<Bucket> buckets_;
  HugeArray<std::uint32_t> where_;  // by flow: bucket and slot
  std::size_t mask_ = 0;
  Secret secret_;
  bool is_sparse_ = true;    // so few flows that the first slot has mostly the one
  bool many_moved_ = false;  // so many that asking for both buckets pays
  std::uint32_t flows_ = 0, moved_ = 0;
};

}  // namespace pmill::flow
