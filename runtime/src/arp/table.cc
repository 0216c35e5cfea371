// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <pmill/net/arp.hh>
#include <pmill/net/arp_table.hh>

namespace pmill::net {

/// Holds the table's lock.
class ArpTable::Guard {
 public:
  explicit Guard(ArpTable &table) : table_(table) { rte_spinlock_lock(&table.lock_); }
  ~Guard() { rte_spinlock_unlock(&table_.lock_); }
  Guard(const Guard &) = delete;
  Guard &operator=(const Guard &) = delete;

 private:
  ArpTable &table_;
};

/// The packets that a change of the table drops. They are counted at once and freed when the lock
/// is given back: declared before the Guard, it ends after it.
class ArpTable::Dropped {
 public:
  Dropped(Worker &worker, ArpCounts counts) : counts(counts), worker_(worker) {}
  ~Dropped() {
    while (first_ != nullptr) worker_.discard(std::exchange(first_, buffer::unlink(first_)));
  }
  Dropped(const Dropped &) = delete;
  Dropped &operator=(const Dropped &) = delete;

  void take(Buffer packet) {
    buffer::link(packet, first_);
    first_ = packet;
    ++counts.drops;
  }

  ArpCounts counts;

 private:
  Worker &worker_;
  Buffer first_ = nullptr;
};

// --- what may be asked ---------------------------------------------------------------------------

void ArpTable::start(const ArpLimits &limits) {
  limits_ = limits;
  if (limits_.entries == 0 || limits_.entries > kMostEntries) limits_.entries = kMostEntries;
  limits_.slim_factor = std::max(limits_.slim_factor, 1U);
  limits_.timeout = arp_duration(limits_.timeout);
  const std::uint32_t slots = std::bit_ceil(2 * limits_.entries);
  shift_ = 32 - static_cast<unsigned>(std::countr_zero(slots));
  slots_ = std::make_unique<Index[]>(slots);
  // Not touched before it is used: most tables stay small.
  entry_ = std::make_unique_for_overwrite<Entry[]>(limits_.entries + 1);
}

ArpAnswer ArpTable::look_up(IPAddress ip, std::int64_t now, std::int64_t poll) {
  const Guard guard(*this);
  const Index at = find(ip);
  if (at == kNone) return {};
  Entry &e = entry_[at];
  const std::int64_t expires = limits_.timeout == 0 ? kNever : e.live_at + limits_.timeout + 1;
  if (!e.known || now >= expires) return {};
  ArpAnswer answer{.known = true, .poll = false, .ether = e.ether, .until = expires};
  if (poll == 0) return answer;
  if (now >= std::max(e.live_at + poll, e.polled_at + kBetweenQueries)) {
    e.polled_at = now;
    answer.poll = true;
  }
  answer.until = std::min(expires, std::max(e.live_at + poll, e.polled_at + kBetweenQueries));
  return answer;
}

ArpWait ArpTable::wait(IPAddress ip, Buffer packet, std::int64_t now, Worker &worker,
                       ArpCounts counts) {
  Dropped dropped(worker, counts);
  const Guard guard(*this);
  drop_old(now, dropped);
  Entry &e = entry_[ensure(ip, now, dropped)];
  if (e.known) return ArpWait::resolved;
  make_room(e, dropped);
  buffer::link(packet, nullptr);
  if (e.first == nullptr)
    e.first = packet;
  else
    buffer::link(e.last, packet);
  e.last = packet;
  ++e.packets, ++waiting_, ++counts.packets;
  if (now < e.polled_at + kBetweenQueries) return ArpWait::parked;
  e.polled_at = now;
  return ArpWait::ask;
}

Buffer ArpTable::learn(IPAddress ip, const EtherAddress &ether, std::int64_t now, Worker &worker,
                       ArpCounts counts) {
  Dropped dropped(worker, counts);
  const Guard guard(*this);
  drop_old(now, dropped);
  Entry &e = entry_[note(ip, ether, now, dropped)];
  waiting_ -= e.packets;
  counts.packets.value -= e.packets;
  e.packets = 0;
  return std::exchange(e.first, nullptr);
}

void ArpTable::insert(IPAddress ip, const EtherAddress &ether, std::int64_t now, Worker &worker,
                      ArpCounts counts) {
  Dropped dropped(worker, counts);
  const Guard guard(*this);
  drop_old(now, dropped);
  note(ip, ether, now, dropped);
  ++generation_;  // it may be a broadcast's or a multicast's address, which nobody asks for
}

bool ArpTable::remove(IPAddress ip, Worker &worker, ArpCounts counts) {
  Dropped dropped(worker, counts);
  const Guard guard(*this);
  const Index at = find(ip);
  if (at != kNone) erase(at, dropped);
  return at != kNone;
}

void ArpTable::clear(Worker &worker, ArpCounts counts) {
  Dropped dropped(worker, counts);
  const Guard guard(*this);
  while (oldest_ != kNone) erase(oldest_, dropped);
}

void ArpTable::expire_now(std::int64_t now, Worker &worker, ArpCounts counts) {
  Dropped dropped(worker, counts);
  const Guard guard(*this);
  drop_old(now, dropped);
}

std::string ArpTable::text(std::int64_t now) {
  const Guard guard(*this);
  std::string all;
  for (Index at = oldest_; at != kNone; at = entry_[at].newer) {
    const Entry &e = entry_[at];
    const auto *ip = reinterpret_cast<const std::uint8_t *>(&e.ip.value);
    const auto &o = e.ether.octets;
    const bool known = e.known && (limits_.timeout == 0 || now <= e.live_at + limits_.timeout);
    const std::int64_t age = now - e.live_at;
    char line[96];
    std::snprintf(line, sizeof line, "%u.%u.%u.%u %d %02X-%02X-%02X-%02X-%02X-%02X %lld.%06lld\n",
                  ip[0], ip[1], ip[2], ip[3], known ? 1 : 0, o[0], o[1], o[2], o[3], o[4], o[5],
                  static_cast<long long>(age / 1'000'000'000),
                  static_cast<long long>(age % 1'000'000'000 / 1000));
    all += line;
  }
  return all;
}

std::uint32_t ArpTable::entries() {
  const Guard guard(*this);
  return count_;
}

std::uint32_t ArpTable::packets() {
  const Guard guard(*this);
  return waiting_;
}

void ArpTable::finish(Worker &worker) {
  for (Index at = oldest_; at != kNone; at = entry_[at].newer)
    for (Buffer b = std::exchange(entry_[at].first, nullptr); b != nullptr;)
      worker.discard(std::exchange(b, buffer::unlink(b)));
}

// --- entries -------------------------------------------------------------------------------------

ArpTable::Index ArpTable::find(IPAddress ip) const { return slots_[slot_of(ip)]; }

/// Returns the entry of an address, made if there was none: then nothing is known of it and it may
/// be asked for at once.
ArpTable::Index ArpTable::ensure(IPAddress ip, std::int64_t now, Dropped &dropped) {
  if (const Index at = find(ip); at != kNone) return at;
  if (count_ == limits_.entries) erase(oldest_, dropped);
  Index at = unused_;
  if (at == kNone)
    at = fresh_++;
  else
    unused_ = entry_[at].newer;
  entry_[at] = {.ip = ip,
                .ether = {},
                .known = false,
                .packets = 0,
                .live_at = now,
                .polled_at = now - kBetweenQueries,
                .first = nullptr,
                .last = nullptr,
                .older = kNone,
                .newer = kNone};
  slots_[slot_of(ip)] = at;
  append_youngest(at);
  ++count_, ++dropped.counts.entries;
  return at;
}

/// Notes who has an address, now.
ArpTable::Index ArpTable::note(IPAddress ip, const EtherAddress &ether, std::int64_t now,
                               Dropped &dropped) {
  const Index at = ensure(ip, now, dropped);
  Entry &e = entry_[at];
  if (e.known && e.ether != ether) ++generation_;
  e.ether = ether;
  e.known = ether != kEtherBroadcast;  // which nobody has
  e.live_at = now;
  e.polled_at = now - kBetweenQueries;
  unlink(at);
  append_youngest(at);
  return at;
}

void ArpTable::erase(Index at, Dropped &dropped) {
  Entry &e = entry_[at];
  while (e.first != nullptr) drop_first(e, dropped);
  if (e.known) ++generation_;
  vacate(slot_of(e.ip));
  unlink(at);
  e.newer = unused_;
  unused_ = at;
  --count_, --dropped.counts.entries.value;
}

void ArpTable::drop_old(std::int64_t now, Dropped &dropped) {
  if (limits_.timeout == 0) return;
  while (oldest_ != kNone && now > entry_[oldest_].live_at + limits_.timeout)
    erase(oldest_, dropped);
}

/// Drops packets until one more may wait for an address: the oldest of this one, and when there are
/// too many for the table, those of the entries that were heard of longest ago.
void ArpTable::make_room(Entry &entry, Dropped &dropped) {
  if (limits_.entry_packets != 0 && entry.packets >= limits_.entry_packets)
    drop_first(entry, dropped);
  if (limits_.packets == 0 || waiting_ < limits_.packets) return;
  const std::uint32_t stay = limits_.packets / limits_.slim_factor;
  for (Index at = oldest_; waiting_ != 0 && waiting_ >= stay; at = entry_[at].newer)
    while (entry_[at].first != nullptr && waiting_ >= stay) drop_first(entry_[at], dropped);
}

void ArpTable::drop_first(Entry &entry, Dropped &dropped) {
  const Buffer packet = entry.first;
  entry.first = buffer::unlink(packet);
  --entry.packets, --waiting_, --dropped.counts.packets.value;
  dropped.take(packet);
}

// --- the order of age ----------------------------------------------------------------------------

void ArpTable::append_youngest(Index at) {
  Entry &e = entry_[at];
  e.older = youngest_;
  e.newer = kNone;
  (youngest_ == kNone ? oldest_ : entry_[youngest_].newer) = at;
  youngest_ = at;
  update_due();
}

void ArpTable::unlink(Index at) {
  const Entry &e = entry_[at];
  (e.older == kNone ? oldest_ : entry_[e.older].newer) = e.newer;
  (e.newer == kNone ? youngest_ : entry_[e.newer].older) = e.older;
  update_due();
}

void ArpTable::update_due() {
  const bool none = oldest_ == kNone || limits_.timeout == 0;
  due_.store(none ? kNever : entry_[oldest_].live_at + limits_.timeout + 1,
             std::memory_order_relaxed);
}

// --- the slots -----------------------------------------------------------------------------------

/// The slot of an address, or the empty one where it would be.
std::uint32_t ArpTable::slot_of(IPAddress ip) const {
  const std::uint32_t mask = (1U << (32 - shift_)) - 1;
  std::uint32_t slot = home_of(ip);
  while (slots_[slot] != kNone && entry_[slots_[slot]].ip != ip) slot = (slot + 1) & mask;
  return slot;
}

/// Empties a slot, and moves those behind it that would not be found any more.
void ArpTable::vacate(std::uint32_t slot) {
  const std::uint32_t mask = (1U << (32 - shift_)) - 1;
  slots_[slot] = kNone;
  for (std::uint32_t next = (slot + 1) & mask; slots_[next] != kNone; next = (next + 1) & mask) {
    const std::uint32_t home = home_of(entry_[slots_[next]].ip);
    if (((next - home) & mask) < ((next - slot) & mask)) continue;
    slots_[slot] = std::exchange(slots_[next], kNone);
    slot = next;
  }
}

// --- what a worker remembers ---------------------------------------------------------------------

void ArpCache::put(IPAddress ip, const ArpAnswer &answer, std::int64_t now) {
  if (answer.until < now + kWorthIt) return;
  if (used_ == kMost) forget(generation_);
  Place *place = &places_[number_of(ip)];
  while (place->ip != ip && !place->ip.is_broadcast()) ++place;
  if (place->ip != ip) ++used_;
  *place = {.ip = ip, .ether = word_of(answer.ether) | std::uint64_t{1} << 48};
  until_ = std::min(until_, answer.until);
}

[[clang::preserve_most]] std::uint64_t ArpCache::search(IPAddress ip) const {
  const Place *place = &places_[number_of(ip)];
  while (place->ip != ip && !place->ip.is_broadcast()) ++place;
  return place->ip == ip ? place->ether : 0;
}

void ArpCache::forget(std::uint32_t generation) {
  if (used_ != 0) std::fill(std::begin(places_), std::end(places_), Place{});
  used_ = 0;
  generation_ = generation;
  until_ = kNever;
}

// --- addresses and frames ------------------------------------------------------------------------

EtherAddress multicast_ether(IPAddress group) {
  const std::uint32_t low = group.host() & 0x7f'ffff;
  return {{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(low >> 16),
           static_cast<std::uint8_t>(low >> 8), static_cast<std::uint8_t>(low)}};
}

void write_arp_query(std::uint8_t *out, const EtherAddress &to, const EtherAddress &from,
                     IPAddress own, IPAddress ip) {
  const ArpFrame frame{.ether = {.destination = to, .source = from, .type = net16(kEtherTypeARP)},
                       .arp = {.kind = {},
                               .operation = net16(kArpRequest),
                               .sender_ether = from,
                               .sender_ip = own.value,
                               .target_ether = {},
                               .target_ip = ip.value}};
  std::memcpy(out, &frame, sizeof frame);
}

}  // namespace pmill::net
