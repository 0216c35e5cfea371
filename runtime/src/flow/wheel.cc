// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/flow/wheel.hh>

namespace pmill::flow {

void Wheel::start(std::uint32_t capacity, Tick now) {
  links_ = HugeArray<Link>(std::size_t{capacity} + 1 + kSlots);
  links_.populate();
  heads_ = capacity + 1;
  for (std::uint32_t slot = heads_; slot < heads_ + kSlots; ++slot) links_[slot] = {slot, slot};
  done_ = now;
}

void Wheel::add(Id id, Tick when) {
  // What is too far away comes early, and is put back then.
  Tick ahead = when - done_;
  if (static_cast<std::int32_t>(ahead) < 1) ahead = 1;
  if (ahead >= kSlots) ahead = kSlots - 1;
  const std::uint32_t slot = head(done_ + ahead);
  const std::uint32_t last = links_[slot].previous;
  links_[id] = {last, slot};
  links_[last].next = id;
  links_[slot].previous = id;
  ++count_;
}

void Wheel::remove(Id id) {
  const Link link = links_[id];
  if (link.next == 0) return;
  links_[link.previous].next = link.next;
  links_[link.next].previous = link.previous;
  links_[id] = {};
  --count_;
}

Id Wheel::next(Tick now) {
  if (count_ == 0) {
    done_ = now;
    return 0;
  }
  // After a leap every slot has come: once round is enough.
  if (now - done_ > kSlots) done_ = now - kSlots;
  while (done_ != now) {
    const std::uint32_t slot = head(done_ + 1), first = links_[slot].next;
    if (first != slot) {
      remove(first);
      return first;
    }
    ++done_;
  }
  return 0;
}

bool Wheel::due(Tick &tick) const {
  if (count_ == 0) return false;
  for (tick = done_ + 1; links_[head(tick)].next == head(tick);) ++tick;
  return true;
}

}  // namespace pmill::flow
