// SPDX-License-Identifier: BSD-3-Clause
// Checks of pmill/net that need no packets: every value, or many random ones, against a plain
// computation. Exits with 1 and a line about the first difference.

#include <cstdio>
#include <cstdlib>
#include <pmill/lpm/few.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/icmp.hh>
#include <pmill/net/icmp_echo.hh>
#include <pmill/net/ip_check.hh>
#include <pmill/net/options.hh>
#include <pmill/net/udp.hh>
#include <pmill/token_bucket.hh>
#include <random>
#include <vector>

using namespace pmill;

namespace {

std::mt19937 rng(1);

void expect(bool good, const char *what) {
  if (good) return;
  std::printf("wrong: %s\n", what);
  std::exit(1);
}

/// RFC 1071, byte by byte.
std::uint16_t plain_checksum(const std::vector<std::uint8_t> &bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return net16(static_cast<std::uint16_t>(~sum));
}

std::vector<std::uint8_t> random_bytes(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  for (auto &byte : bytes) byte = static_cast<std::uint8_t>(rng() % 4 == 0 ? 0xff : rng());
  return bytes;
}

void checksums() {
  for (std::size_t size = 0; size < 200; ++size)
    for (int round = 0; round < 50; ++round) {
      auto bytes = random_bytes(size);
      if (round == 0) std::fill(bytes.begin(), bytes.end(), 0xff);  // every addition carries
      expect(net::checksum(bytes.data(), static_cast<std::uint32_t>(size)) == plain_checksum(bytes),
             "checksum");
    }
}

/// RFC 768: the pseudo header as bytes in front of the message.
void udp_checksums() {
  bool other_zero = false;
  for (int round = 0; round < 70'000; ++round) {
    auto header = random_bytes(20);
    auto message = random_bytes(8 + rng() % (round % 2 == 0 ? 30 : 300));
    const auto size = static_cast<std::uint16_t>(message.size());
    auto &udp = *net::udp(message.data());
    udp.length = net16(size);
    udp.checksum = 0;
    const auto sum = [&] {
      std::vector<std::uint8_t> all(header.begin() + 12, header.end());
      all.insert(all.end(), {0, header[9], message[4], message[5]});
      all.insert(all.end(), message.begin(), message.end());
      return plain_checksum(all);
    };
    if (round % 16 == 0) udp.source_port = 0, udp.source_port = sum();  // of all, it is 0 now
    const std::uint16_t plain = sum();
    other_zero |= plain == 0;
    expect(net::udp_checksum(*net::ipv4(header.data()), udp) == (plain == 0 ? 0xffff : plain),
           "udp_checksum");
  }
  expect(other_zero, "a UDP checksum was 0");
}

/// An answer has the checksum that a computation over all of it gives, whatever was asked.
void echo_answers() {
  for (int round = 0; round < 70'000; ++round) {
    const std::uint32_t header = 20 + 4 * (rng() % 3);
    auto bytes = random_bytes(header + 8 + rng() % 20);
    if (round % 8 == 0) std::fill(bytes.begin() + header, bytes.end(), 0);
    auto &ip = *net::ipv4(bytes.data());
    ip.version_and_words = static_cast<std::uint8_t>(0x40 | header / 4);
    ip.total_length = net16(static_cast<std::uint16_t>(bytes.size()));
    auto &icmp = *reinterpret_cast<net::Icmp *>(bytes.data() + header);
    icmp.type = net::kEcho;
    if (round % 8 != 0) icmp.echo.sequence = static_cast<std::uint16_t>(round);
    const auto message_checksum = [&] {
      icmp.checksum = 0;
      return plain_checksum({bytes.begin() + header, bytes.end()});
    };
    icmp.checksum = message_checksum();
    const IPAddress from = ip.source(), to = ip.destination();
    net::answer_echo(ip);
    expect(ip.source() == to && ip.destination() == from && ip.ttl == 255, "answer_echo");
    expect(plain_checksum({bytes.begin(), bytes.begin() + header}) == 0, "its header checksum");
    const std::uint16_t patched = icmp.checksum;
    expect(icmp.type == net::kEchoReply && patched == message_checksum(), "its ICMP checksum");
  }
}

/// Any bytes are looked at, and nothing else is read.
void echo_faults() {
  int good = 0;
  for (int round = 0; round < 200'000; ++round) {
    auto bytes = random_bytes(20 + rng() % 40);
    const auto size = static_cast<std::uint32_t>(bytes.size());
    auto &ip = *net::ipv4(bytes.data());
    if (rng() % 8 != 0) ip.version_and_words = static_cast<std::uint8_t>(0x40 | 5 + rng() % 4);
    if (rng() % 8 != 0) ip.protocol = net::kIcmp;
    if (rng() % 8 != 0) ip.fragment = 0;
    if (rng() % 8 != 0) ip.total_length = net16(static_cast<std::uint16_t>(size));
    if (size > ip.header_bytes()) bytes[ip.header_bytes()] = net::kEcho;
    if (net::find_echo_fault(ip, size) != net::EchoFault::none) continue;
    ++good;
    net::answer_echo(ip);
  }
  expect(good > 1000, "there were good requests");
}

void plain_headers() {
  for (int round = 0; round < 50'000; ++round) {
    auto bytes = random_bytes(20);
    bytes[0] = 0x45;
    auto &ip = *net::ipv4(bytes.data());
    if (round % 2 == 0) net::set_checksum(ip, 20);
    expect(net::plain_header_is_intact(bytes.data()) == (plain_checksum(bytes) == 0),
           "plain_header_is_intact");
  }
}

void ttls() {
  for (std::uint32_t checksum = 0; checksum < 0x10000; ++checksum) {
    auto bytes = random_bytes(20);
    auto &ip = *net::ipv4(bytes.data());
    ip.ttl = static_cast<std::uint8_t>(1 + rng() % 255);
    ip.id = static_cast<std::uint16_t>(checksum);
    net::set_checksum(ip, 20);
    net::decrement_ttl(ip);
    const std::uint16_t patched = ip.checksum;
    net::set_checksum(ip, 20);
    expect(ip.checksum == patched, "decrement_ttl");
  }
}

/// Any header in any number of bytes gives what the slow function says, and nothing else is read.
void header_checks() {
  const struct {
    std::vector<IPPrefix> interfaces{IPPrefix(IPAddress(10, 0, 0, 1), 24)};
    std::vector<IPAddress> badsrc{IPAddress(1, 2, 3, 4)};
    std::vector<IPAddress> gooddst;
  } rules;
  int good = 0;
  for (int round = 0; round < 50'000; ++round) {
    auto bytes = random_bytes(rng() % 70);
    const auto size = static_cast<std::uint32_t>(bytes.size());
    if (size >= 20) {
      auto &ip = *net::ipv4(bytes.data());
      if (rng() % 4 != 0) ip.version_and_words = rng() % 2 == 0 ? 0x45 : 0x46;
      ip.total_length = net16(static_cast<std::uint16_t>(size - rng() % 3 + rng() % 2));
      if (net::is_whole(ip, size) && rng() % 8 != 0) net::set_checksum(ip, ip.header_bytes());
    }
    const bool is_good = net::find_fault(bytes.data(), size, true, rules) == net::HeaderFault::none;
    const bool is_plain = size >= net::IPv4::kBytes && bytes[0] == 0x45;
    const struct {
      const std::uint8_t *bytes;
      const std::uint8_t *data() const { return bytes; }
      bool may_read_ahead(std::uint32_t) const { return false; }
    } packet{bytes.data()};
    expect(net::check_plain(packet, 0, size, true, rules).good == (is_good && is_plain),
           "check_plain");
    good += is_good;
  }
  expect(good > 1000, "there were good headers");
}

/// Random options are processed without reading or writing outside of the header.
void options() {
  constexpr std::int64_t kNow = 86'399'999'000'000;
  const std::array others{IPAddress(10, 0, 0, 2)};
  for (int round = 0; round < 50'000; ++round) {
    const std::uint32_t size = 20 + 4 * (rng() % 11);
    auto bytes = random_bytes(size);
    auto &ip = *net::ipv4(bytes.data());
    ip.version_and_words = static_cast<std::uint8_t>(0x40 | size / 4);
    for (std::uint32_t i = 20; i < size; ++i)
      if (rng() % 2 == 0) bytes[i] = "\7\104\1\0\4\5\10\14\203"[rng() % 9];
    net::set_checksum(ip, size);
    const auto bad = net::process_options(ip, IPAddress(10, 0, 0, 1), others, kNow);
    expect(bad == 0 || (bad > 20 && bad <= size), "the bad byte is an option's");
    expect(bad != 0 || plain_checksum(bytes) == 0, "the checksum is kept right");
    net::has_source_route(ip);
    std::array<std::uint8_t, 40> copied{};
    const auto count = net::copy_fragment_options(ip, copied.data());
    expect(count % 4 == 0 && count <= size - 20, "copied options fit");
  }
}

template <std::size_t Count>
void few_routes() {
  for (int round = 0; round < 300; ++round) {
    std::array<lpm::Route, Count> routes;
    for (std::uint32_t i = 0; i < Count; ++i)
      routes[i] = {IPPrefix(IPAddress(static_cast<std::uint32_t>(rng() & 0x03030303)), rng() % 33),
                   IPAddress(i + 1), i};
    const lpm::FewRoutes<Count> table(routes);
    for (int i = 0; i < 200; ++i) {
      const IPAddress to(static_cast<std::uint32_t>(rng() & 0x03030303));
      const lpm::Route *best = nullptr;
      for (const auto &route : routes)
        if (route.prefix.contains(to) &&
            (best == nullptr || route.prefix.length() >= best->prefix.length()))
          best = &route;
      const lpm::Hop hop = table.find(to);
      expect(hop.output == (best ? best->output : lpm::Hop::kNowhere), "the longest prefix");
      expect(best == nullptr || hop.gateway == best->gateway, "its gateway");
    }
  }
}

/// However it is asked, a bucket lets so many units pass as its rate says, never more than fit into
/// it at once, and it knows when the next one will be there.
void token_buckets() {
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t rate = 1 + rng() % 10'000'000;
    const std::uint64_t most = 2 + rng() % 100;
    TokenBucket bucket;
    const auto take = [&](std::int64_t at) {
      if (!bucket.has(1, at)) return false;
      bucket.take(1);
      return true;
    };
    std::int64_t now = static_cast<std::int64_t>(rng() % 1'000'000'000);
    const std::int64_t begin = now;
    bucket.start(rate, most, 1, now);
    std::uint64_t taken = 0;
    for (int step = 0; step < 500; ++step) {
      std::uint64_t at_once = 0;
      while (take(now)) ++at_once;
      taken += at_once;
      expect(at_once <= most, "a bucket overflows");
      const std::int64_t due = bucket.due(1);
      expect(due > now, "a bucket that is empty is due");
      if (rng() % 4 == 0) {
        now = due - 1;
        expect(!take(now), "a bucket is due too late");
      }
      now = due;
    }
    const auto seconds = static_cast<long double>(now - begin) / 1e9L;
    const auto wanted = static_cast<std::uint64_t>(1 + seconds * rate);
    expect(taken + 1 == wanted || taken == wanted, "the rate of a bucket");

    // After a long time it is full, not more.
    now += 1'000'000'000'000;
    std::uint64_t full = 0;
    while (take(now)) ++full;
    expect(full == most, "a full bucket");
  }
}

}  // namespace

int main() {
  token_buckets();
  checksums();
  udp_checksums();
  echo_answers();
  echo_faults();
  plain_headers();
  ttls();
  header_checks();
  options();
  few_routes<0>();
  few_routes<1>();
  few_routes<4>();
  few_routes<5>();
  few_routes<8>();
  few_routes<9>();
  few_routes<16>();
  return 0;
}
