// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstddef>
#include <pmill/flow/mapping.hh>
#include <pmill/net/icmp.hh>

namespace pmill::flow {
namespace {

/// What changes in a sum when one address or port becomes another.
std::uint32_t change(std::uint32_t from, std::uint32_t to) {
  return (~from & 0xffff) + (~from >> 16) + (to & 0xffff) + (to >> 16);
}
std::uint32_t change_of_port(std::uint16_t from, std::uint16_t to) { return (from ^ 0xffffU) + to; }

std::uint16_t folded(std::uint32_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>((sum & 0xffff) + (sum >> 16));
}

/// One end of a packet, before and after.
struct End {
  std::uint32_t from, to;
  std::uint16_t from_port, to_port;
};

net::Icmp &icmp_of(net::IPv4 &ip) {
  return *reinterpret_cast<net::Icmp *>(reinterpret_cast<std::uint8_t *>(&ip) + ip.header_bytes());
}

std::uint16_t load(const std::uint8_t *at) {
  std::uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// The ICMP error while what it quotes changes: its checksum follows.
class Quote {
 public:
  explicit Quote(net::Icmp &icmp) : icmp_(icmp) {}

  void set(std::uint8_t *at, std::uint16_t value) {
    icmp_.checksum = net::patched_checksum(icmp_.checksum, load(at), value);
    std::memcpy(at, &value, sizeof value);
  }
  void set(std::uint8_t *at, std::uint32_t value) {
    set(at, static_cast<std::uint16_t>(value));
    set(at + 2, static_cast<std::uint16_t>(value >> 16));
  }
  void change_sum(std::uint8_t *at, std::uint32_t change) {
    set(at, changed_by(load(at), folded(change)));
  }

 private:
  net::Icmp &icmp_;
};

/// Gives one end of the quoted packet, of which `available` bytes are there, its other address and
/// port. `source`: it is the source.
void translate_quoted(Quote quote, net::IPv4 &ip, std::uint32_t available, bool source,
                      const End &end) {
  auto *const begin = reinterpret_cast<std::uint8_t *>(&ip);
  const std::uint32_t addresses = change(end.from, end.to);
  const std::uint32_t all = addresses + change_of_port(end.from_port, end.to_port);
  quote.set(begin + (source ? offsetof(net::IPv4, source_address)
                            : offsetof(net::IPv4, destination_address)),
            end.to);
  quote.change_sum(begin + offsetof(net::IPv4, checksum), addresses);
  std::uint8_t *const transport = begin + ip.header_bytes();
  available -= ip.header_bytes();  // at least the ports are there
  if (ip.protocol == net::kIcmp) {
    quote.set(transport + offsetof(net::Icmp, echo.id), end.to_port);
    quote.change_sum(transport + offsetof(net::Icmp, checksum),
                     change_of_port(end.from_port, end.to_port));
    return;
  }
  quote.set(transport + (source ? 0 : 2), end.to_port);
  if (ip.protocol == net::kTcp) {
    if (available >= offsetof(net::Tcp, checksum) + 2)
      quote.change_sum(transport + offsetof(net::Tcp, checksum), all);
  } else if (available >= net::Udp::kBytes) {
    std::uint8_t *const at = transport + offsetof(net::Udp, checksum);
    if (load(at) == 0) return;
    const std::uint16_t sum = changed_by(load(at), folded(all));
    quote.set(at, sum == 0 ? std::uint16_t{0xffff} : sum);
  }
}

/// The packet that an ICMP error quotes, and how much of it there is.
void translate_quoted(net::IPv4 &ip, std::uint32_t available, bool source, const End &end) {
  available = std::min(available, ip.total_bytes());  // padding may follow
  net::Icmp &icmp = icmp_of(ip);
  auto *const inner = reinterpret_cast<std::uint8_t *>(&icmp) + net::Icmp::kBytes;
  translate_quoted(Quote(icmp), *net::ipv4(inner),
                   available - ip.header_bytes() - net::Icmp::kBytes, source, end);
}

}  // namespace

void set_deltas(Mapping &m) {
  const std::uint32_t addresses = change(m.inside, m.outside);
  m.address_delta = folded(addresses);
  m.delta = folded(addresses + change_of_port(m.inside_port, m.outside_port));
}

void translate_query_out(const Mapping &m, net::IPv4 &ip) {
  ip.source_address = m.outside;
  ip.checksum = changed_by(ip.checksum, m.address_delta);
  net::Icmp &icmp = icmp_of(ip);
  icmp.checksum = net::patched_checksum(icmp.checksum, icmp.echo.id, m.outside_port);
  icmp.echo.id = m.outside_port;
}

void translate_query_in(const Mapping &m, net::IPv4 &ip) {
  ip.destination_address = m.inside;
  ip.checksum = changed_by(ip.checksum, m.address_delta ^ 0xffff);
  net::Icmp &icmp = icmp_of(ip);
  icmp.checksum = net::patched_checksum(icmp.checksum, icmp.echo.id, m.inside_port);
  icmp.echo.id = m.inside_port;
}

void translate_error_out(const Mapping &m, net::IPv4 &ip, std::uint32_t available) {
  // Its sender need not be the flow's: it may be a router inside.
  ip.checksum = changed_by(ip.checksum, folded(change(ip.source_address, m.outside)));
  ip.source_address = m.outside;
  translate_quoted(ip, available, false, {m.inside, m.outside, m.inside_port, m.outside_port});
}

void translate_error_in(const Mapping &m, net::IPv4 &ip, std::uint32_t available) {
  ip.checksum = changed_by(ip.checksum, m.address_delta ^ 0xffff);
  ip.destination_address = m.inside;
  translate_quoted(ip, available, true, {m.outside, m.inside, m.outside_port, m.inside_port});
}

}  // namespace pmill::flow
