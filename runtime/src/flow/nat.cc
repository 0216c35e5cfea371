// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pmill/flow/nat.hh>
#include <pmill/setup.hh>

namespace pmill::flow {
namespace {

// Addresses that are tried for a flow, and ports of each: more would take long when hardly any is
// free, and the next try goes on behind them.
constexpr unsigned kAddresses = 4;
constexpr unsigned kPorts = 256;
constexpr std::size_t kCursors = std::size_t{1} << 16;

}  // namespace

void Nat::configure(const Outside &outside, const Place &place, const Secret &secret) {
  all_ = &place.all;
  flows_ = &place.flows;
  count_ = &place.count;
  secret_ = secret;
  addresses_ = outside.addresses;
  several_ = place.workers > 1;
  const int ports = (outside.last_port - outside.first_port + 1) / static_cast<int>(place.workers);
  if (ports <= 0)
    fail({}, "FlowIPNAT has fewer ports than there are workers",
         "widen the range from MIN_PORT to MAX_PORT");
  ports_ = static_cast<std::uint16_t>(ports);
  least_port_ = outside.first_port;
  first_port_ = static_cast<std::uint16_t>(least_port_ + place.worker * ports_);
}

User::Kept Nat::start(std::uint32_t capacity) {
  mappings_ = HugeArray<Mapping>(std::size_t{capacity} + 1);
  mappings_.populate();
  cursors_ = HugeArray<std::uint16_t>(kCursors);
  cursors_.populate();
  table_.start(capacity, secret_);
  return {reinterpret_cast<const std::byte *>(mappings_.data()), sizeof(Mapping)};
}

void Nat::end(Id id) {
  const Guard guard = lock();
  Mapping &m = mappings_[id];
  if (!m.is_live()) return;
  table_.erase(id);
  m = {.state = static_cast<std::uint8_t>(m.state & Mapping::kListed),
       .next_listed = m.next_listed};
  --count_->value;
}

Tick Nat::used(Id id, Tick seen) const {
  const Guard guard = lock();
  const Mapping &m = mappings_[id];
  return m.is_live() ? m.used : seen;
}

Nat *Nat::find_owner(std::uint16_t port) const {
  const unsigned at = (net16(port) - unsigned{least_port_}) / ports_;
  return net16(port) >= least_port_ && at < all_->size() ? (*all_)[at] : nullptr;
}

/// The address that a host has outside first (RFC 4787 4.1: always the same), then others.
IPAddress Nat::address_for(const Key &key, unsigned which) const {
  const std::uint32_t hosts = ~addresses_.mask.host();
  const auto hash =
      static_cast<std::uint32_t>(hash_of(Key(key.source().value, 0, 0, 0, 0), secret_));
  const std::uint32_t host = (hash + which) & hosts;
  return IPAddress((addresses_.address.value & addresses_.mask.value) | net32(host));
}

bool Nat::open(Id id, const Key &key) {
  Mapping &m = mappings_[id];
  m.inside = key.source().value, m.remote = key.destination().value;
  m.inside_port = key.source_port(), m.remote_port = key.destination_port();
  m.protocol = key.protocol();
  const std::uint64_t hosts = std::uint64_t{~addresses_.mask.host()} + 1;
  for (unsigned n = 0; n < std::min<std::uint64_t>(kAddresses, hosts); ++n)
    if (open_at(m, id, address_for(key, n))) return true;
  m.inside = m.remote = 0;
  m.inside_port = m.remote_port = m.protocol = 0;
  return false;
}

/// Looks for a port of an address that is free for the remote end. The first one tried is the next
/// behind the last that was given for it; where that began, nobody else knows (RFC 6056 3.3.4).
bool Nat::open_at(Mapping &m, Id id, IPAddress outside) {
  constexpr unsigned kAtOnce = 8;
  const Key to(m.remote, outside.value, m.remote_port, 0, m.protocol);
  const std::uint64_t hash = hash_of(to, secret_);
  const std::uint64_t offset = hash >> 32;
  std::uint16_t &cursor = cursors_[hash % kCursors];
  const unsigned most = std::min<unsigned>(kPorts, ports_);
  for (unsigned n = 0; n < most; n += kAtOnce) {
    Key keys[kAtOnce];
    std::uint64_t hashes[kAtOnce];
    const unsigned count = std::min(kAtOnce, most - n);
    for (unsigned i = 0; i < count; ++i) {
      const auto port =
          static_cast<std::uint16_t>((offset + cursor + n + i) % ports_ + first_port_);
      keys[i] = Key(m.remote, outside.value, m.remote_port, net16(port), m.protocol);
      hashes[i] = table_.hash(keys[i]);
      table_.prefetch(hashes[i]);
    }
    for (unsigned i = 0; i < count; ++i) {
      if (table_.find(keys[i], hashes[i]).id != 0) continue;
      if (!table_.insert(keys[i], hashes[i], id, 0)) continue;
      cursor = static_cast<std::uint16_t>((cursor + n + i + 1) % ports_);
      m.outside = outside.value, m.outside_port = keys[i].destination_port();
      m.state =
          static_cast<std::uint8_t>((m.state & Mapping::kListed) | (several_ ? 0 : Mapping::kOwn));
      m.used = flows_->tick();
      set_deltas(m);
      ++*count_;
      return true;
    }
  }
  cursor = static_cast<std::uint16_t>((cursor + most) % ports_);
  return false;
}

void Nat::follow(Id id, std::uint8_t flags, bool outgoing) {
  Mapping &m = mappings_[id];
  const bool begins = (flags & net::Tcp::kSyn) != 0 && (flags & net::Tcp::kAck) == 0;
  if (begins) {
    // The same ends connect once more. Who waits for connections inside is never asked.
    if (!outgoing || !m.is_closed()) return;
    m.state &= static_cast<std::uint8_t>(~Mapping::kClosing);
    flows_->reopen(id);
    return;
  }
  const bool was_closed = m.is_closed();
  if ((flags & net::Tcp::kRst) != 0) m.state |= Mapping::kReset;
  if ((flags & net::Tcp::kFin) != 0) m.state |= outgoing ? Mapping::kFinOut : Mapping::kFinIn;
  if (was_closed || !m.is_closed() || (m.state & Mapping::kListed) != 0) return;
  m.state |= Mapping::kListed;
  m.next_listed = listed_;
  listed_ = id;
}

unsigned Nat::settle(std::int64_t ns) {
  unsigned closed = 0;
  const Guard guard = lock();
  while (listed_ != 0) {
    const Id id = listed_;
    Mapping &m = mappings_[id];
    listed_ = m.next_listed;
    m.state &= static_cast<std::uint8_t>(~Mapping::kListed);
    m.next_listed = 0;
    if (!m.is_live() || !m.is_closed()) continue;  // it ended, or began once more
    flows_->close(id, ns);
    ++closed;
  }
  return closed;
}

}  // namespace pmill::flow
