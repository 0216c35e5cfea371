// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bit>
#include <pmill/flow/table.hh>

namespace pmill::flow {

void Table::start(std::uint32_t capacity, const Secret &secret) {
  // Three fifths full at most: beyond, many flows lie in their second bucket.
  const std::uint64_t slots = std::uint64_t{capacity} * 5 / 3 + 1;
  start(capacity, secret, std::bit_ceil(std::max<std::size_t>((slots + kSlots - 1) / kSlots, 2)));
}

void Table::start(std::uint32_t capacity, const Secret &secret, std::size_t buckets) {
  buckets_ = HugeArray<Bucket>(buckets);
  buckets_.populate();
  where_ = HugeArray<std::uint32_t>(std::size_t{capacity} + 1);
  where_.populate();
  mask_ = buckets - 1;
  secret_ = secret;
}

Key Table::key_of(const Slot &slot) {
  Key key;
  key.addresses = slot.addresses;
  key.rest = slot.ports | std::uint64_t{slot.id_and_protocol & 0xff} << 32;
  return key;
}

/// Which slot has a key is anybody's guess: no branches until all are compared.
Table::Found Table::look_in(Bucket &bucket, const Key &key) {
  const unsigned hits =
      is(bucket.slots[0], key) | is(bucket.slots[1], key) << 1 | is(bucket.slots[2], key) << 2;
  if (hits == 0) return {};
  const auto at = static_cast<unsigned>(std::countr_zero(hits));
  return {bucket.slots[at].id(), &bucket.marks[at]};
}

Table::Found Table::find_anywhere(Key key) const {
  const std::uint64_t hash = this->hash(key);
  Bucket &first = buckets_[first_of(hash)];
  const Found found = look_in(first, key);
  if (found.id != 0 || (first.filter >> filter_bit(hash) & 1) == 0) return found;
  return look_in(buckets_[second_of(hash)], key);
}

Key Table::key(Id id) const { return key_of(bucket_of(id).slots[where_[id] % kWidth]); }

/// Returns kSlots when there is none.
unsigned Table::free_slot(const Bucket &bucket) {
  const auto is_free = [](const Slot &slot) { return slot.id() == 0; };
  return static_cast<unsigned>(std::find_if(bucket.slots, bucket.slots + kSlots, is_free) -
                               bucket.slots);
}

void Table::put(std::size_t bucket, unsigned at, const Slot &slot, std::uint32_t mark,
                std::uint64_t hash) {
  buckets_[bucket].slots[at] = slot;
  buckets_[bucket].marks[at] = mark;
  where_[slot.id()] = static_cast<std::uint32_t>(bucket * kWidth + at);
  if (bucket == first_of(hash)) return;
  Bucket &first = buckets_[first_of(hash)];
  first.filter |= static_cast<std::uint16_t>(1U << filter_bit(hash));
  ++first.moved;
  ++moved_;
}

void Table::take(std::size_t bucket, unsigned at, std::uint64_t hash) {
  buckets_[bucket].slots[at] = {};
  if (bucket == first_of(hash)) return;
  Bucket &first = buckets_[first_of(hash)];
  if (--first.moved == 0) first.filter = 0;
  --moved_;
}

std::size_t Table::filters() const {
  std::size_t found = 0;
  for (std::size_t n = 0; n < buckets_.size(); ++n) found += buckets_[n].filter != 0;
  return found;
}

/// A second line for each packet costs about as much as waiting for one of sixteen.
void Table::count() {
  // Other workers' packets look, without a lock.
  __atomic_store_n(&many_moved_, moved_ > flows_ / 16, __ATOMIC_RELAXED);
  is_sparse_ = flows_ <= buckets() / 8;
}

bool Table::insert(const Key &key, std::uint64_t hash, Id id, std::uint32_t mark) {
  const Slot slot{.addresses = key.addresses,
                  .ports = static_cast<std::uint32_t>(key.rest),
                  .id_and_protocol = id << 8 | key.protocol()};
  const std::size_t first = first_of(hash), second = second_of(hash);
  if (buckets_[first].moved == UINT16_MAX) return false;
  std::size_t bucket = first;
  if (free_slot(buckets_[bucket]) == kSlots) bucket = second;
  if (free_slot(buckets_[bucket]) == kSlots) bucket = make_room(first, second);
  const unsigned at = free_slot(buckets_[bucket]);
  if (at == kSlots) return false;
  put(bucket, at, slot, mark, hash);
  ++flows_;
  count();
  return true;
}

void Table::erase(Id id) {
  const std::size_t bucket = where_[id] / kWidth;
  const unsigned at = where_[id] % kWidth;
  take(bucket, at, hash(key_of(buckets_[bucket].slots[at])));
  --flows_;
  count();
}

/// A bucket that is full, and whose flow could make room for one of another bucket by going here.
struct Table::Step {
  std::uint32_t bucket;
  std::int16_t from;      // the step whose bucket has that flow; -1: none
  std::uint16_t from_at;  // which of its flows
};

/// Looks for the shortest way to let flows give place to one another until one of two buckets has
/// a free slot. Returns that bucket, or, when nothing nearby is free, one that is full.
std::size_t Table::make_room(std::size_t first, std::size_t second) {
  // At three fifths, the second or third step finds room; many more are none to be found.
  constexpr unsigned kMost = 256;
  Step steps[kMost];
  steps[0] = {.bucket = static_cast<std::uint32_t>(first), .from = -1, .from_at = 0};
  steps[1] = {.bucket = static_cast<std::uint32_t>(second), .from = -1, .from_at = 0};
  unsigned count = 2;
  for (unsigned n = 0; n < count; ++n) {
    const Bucket &bucket = buckets_[steps[n].bucket];
    for (unsigned at = 0; at < kSlots; ++at) {
      const std::uint64_t h = hash(key_of(bucket.slots[at]));
      const std::size_t other = first_of(h) == steps[n].bucket ? second_of(h) : first_of(h);
      if (free_slot(buckets_[other]) != kSlots) {
        unsigned root = n;
        while (steps[root].from >= 0) root = static_cast<unsigned>(steps[root].from);
        move_along(steps, n, at);
        return steps[root].bucket;
      }
      if (count < kMost)
        steps[count++] = {.bucket = static_cast<std::uint32_t>(other),
                          .from = static_cast<std::int16_t>(n),
                          .from_at = static_cast<std::uint16_t>(at)};
    }
  }
  return first;
}

/// Moves flow `at` of step `last` to its other bucket, which has room, then that of the step before
/// to where it was, and so on.
void Table::move_along(const Step *steps, unsigned last, unsigned at) {
  for (int n = static_cast<int>(last); n >= 0;) {
    const std::size_t bucket = steps[n].bucket;
    const Slot slot = buckets_[bucket].slots[at];
    const std::uint32_t mark = buckets_[bucket].marks[at];
    const std::uint64_t h = hash(key_of(slot));
    const std::size_t other = first_of(h) == bucket ? second_of(h) : first_of(h);
    take(bucket, at, h);
    put(other, free_slot(buckets_[other]), slot, mark, h);
    at = steps[n].from_at;
    n = steps[n].from;
  }
}

}  // namespace pmill::flow
