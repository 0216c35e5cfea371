// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pmill/flow/flows.hh>

namespace pmill::flow {
namespace {

constexpr bool is_later(Tick a, Tick b) { return static_cast<std::int32_t>(a - b) > 0; }

}  // namespace

void Flows::start(const Limits &limits, std::int64_t now, const Secret &secret) {
  limits_ = limits;
  set_time(now);
  table_.start(limits.capacity, secret);
  wheel_.start(limits.capacity, tick_);
  ends_ = HugeArray<std::uint32_t>(std::size_t{limits.capacity} + 1);
  ends_.populate();
  kept_ = {reinterpret_cast<const std::byte *>(this), 0};  // nothing, and it may be asked for
  for (User *user : users_) start(*user);
}

void Flows::follow(const Clock &simulated) {
  simulated_ = &simulated;
  set_time(simulated.simulated_now());
}

void Flows::set_time(std::int64_t now) {
  ticks_ = now / limits_.interval;
  tick_ = static_cast<Tick>(ticks_);
  // No mark is as far from now as half of all.
  constexpr Tick kNobodys = 1U << 31;
  current_ = simulated_ == nullptr ? tick_ : tick_ ^ kNobodys;
}

Tick Flows::simulated_tick() const {
  return static_cast<Tick>(simulated_->simulated_now() / limits_.interval);
}

void Flows::attach(User &user) {
  users_.push_back(&user);
  if (limits_.capacity != 0) start(user);
}

void Flows::start(User &user) {
  const User::Kept kept = user.start(limits_.capacity);
  if (kept_.bytes == 0) kept_ = kept;
}

/// So many ticks that no less than a time has passed then, of less than half of what they count to.
Tick Flows::ticks_of(std::int64_t ns) const {
  constexpr std::int64_t kMost = INT32_MAX / 2;
  const std::int64_t ticks = ns / limits_.interval + (ns % limits_.interval != 0 ? 1 : 0);
  return static_cast<Tick>(std::min(ticks, kMost) + 1);
}

Id Flows::add(const Key &key, std::uint64_t hash) {
  if (live_ == limits_.capacity) return 0;
  const Id id = unused_ != 0 ? unused_ : fresh_;
  if (!table_.insert(key, hash, id, tick())) return 0;
  if (unused_ != 0)
    unused_ = ends_[id];
  else
    ++fresh_;
  ends_[id] = 0;
  if (limits_.timeout != 0) wheel_.add(id, tick() + ticks_of(limits_.timeout));
  ++live_;
  ++begun_;
  return id;
}

void Flows::close(Id id, std::int64_t ns) {
  const Tick when = tick() + ticks_of(ns);
  ends_[id] = when == 0 ? 1 : when;
  wheel_.remove(id);
  wheel_.add(id, when);
}

void Flows::look(std::int64_t now, bool all) {
  // So many that packets do not wait for long: a flow is a few cache misses.
  constexpr unsigned kMost = 64;
  set_time(now);
  for (unsigned n = 0; all || n < kMost; ++n) {
    const Id id = wheel_.next(tick_);
    if (id == 0) break;
    check(id);
  }
}

/// Ends a flow whose time has come, or gives it another time.
void Flows::check(Id id) {
  Tick when = ends_[id];
  if (when == 0) {
    if (limits_.timeout == 0) return;  // it was closed, and opened again
    Tick last = table_.mark(id);
    for (const User *user : users_) {
      const Tick used = user->used(id, last);
      if (is_later(used, last)) last = used;
    }
    when = last + ticks_of(limits_.timeout);
  }
  if (is_later(when, tick_))
    wheel_.add(id, when);
  else
    end(id);
}

void Flows::end(Id id) {
  for (User *user : users_) user->end(id);
  table_.erase(id);
  ends_[id] = unused_;
  unused_ = id;
  --live_;
}

std::int64_t Flows::due() const {
  Tick tick = 0;
  if (!wheel_.due(tick)) return kNever;
  return (ticks_ + static_cast<std::int32_t>(tick - tick_)) * limits_.interval;
}

}  // namespace pmill::flow
