// SPDX-License-Identifier: BSD-3-Clause
// Unfinished checksums against DPDK's own computation, for many random packets of each kind.
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "../../runtime/src/xdp/checksum.cc"

namespace {

std::mt19937 g_random(7);

unsigned below(unsigned n) { return static_cast<unsigned>(g_random()) % n; }

#define CHECK(what)                                                      \
  do {                                                                   \
    if (!(what)) std::printf("line %d: %s\n", __LINE__, #what), exit(1); \
  } while (false)

struct Kind {
  bool six, tcp;
  unsigned tags;
};

/// A frame on the heap, exactly as long as it is; where its headers are.
struct Frame {
  std::vector<std::uint8_t> bytes;
  std::size_t network = 0, transport = 0, field = 0;
};

Frame make(Kind kind, unsigned payload, unsigned padding) {
  Frame f;
  f.network = 14 + 4 * kind.tags;
  const unsigned ip = kind.six ? 40 : 20 + 4 * below(4), header = kind.tcp ? 20 : 8;
  f.transport = f.network + ip;
  f.field = f.transport + (kind.tcp ? 16 : 6);
  f.bytes.resize(f.transport + header + payload + padding);
  for (auto &b : f.bytes) b = static_cast<std::uint8_t>(g_random());
  const auto put = [&](std::size_t at, unsigned value) {
    f.bytes[at] = static_cast<std::uint8_t>(value >> 8);
    f.bytes[at + 1] = static_cast<std::uint8_t>(value);
  };
  for (unsigned t = 0; t < kind.tags; ++t)
    put(12 + 4 * t, t == 0 && kind.tags == 2 ? 0x88a8 : 0x8100);
  put(f.network - 2, kind.six ? 0x86dd : 0x0800);
  const unsigned protocol = kind.tcp ? 6 : 17;
  if (kind.six) {
    f.bytes[f.network] = 0x60;
    put(f.network + 4, header + payload);
    f.bytes[f.network + 6] = static_cast<std::uint8_t>(protocol);
  } else {
    f.bytes[f.network] = static_cast<std::uint8_t>(0x40 + ip / 4);
    put(f.network + 2, ip + header + payload);
    put(f.network + 6, below(2) == 0 ? 0 : 0x4000);  // may be "do not fragment"
    f.bytes[f.network + 9] = static_cast<std::uint8_t>(protocol);
  }
  if (!kind.tcp) put(f.transport + 4, header + payload);
  put(f.field, 0);
  return f;
}

std::uint16_t pseudo(Frame &f, Kind kind) {
  void *const ip = f.bytes.data() + f.network;
  return kind.six ? rte_ipv6_phdr_cksum(static_cast<rte_ipv6_hdr *>(ip), 0)
                  : rte_ipv4_phdr_cksum(static_cast<rte_ipv4_hdr *>(ip), 0);
}

std::uint16_t whole(Frame &f, Kind kind) {
  void *const ip = f.bytes.data() + f.network, *const l4 = f.bytes.data() + f.transport;
  return kind.six ? rte_ipv6_udptcp_cksum(static_cast<rte_ipv6_hdr *>(ip), l4)
                  : rte_ipv4_udptcp_cksum(static_cast<rte_ipv4_hdr *>(ip), l4);
}

void set(Frame &f, std::uint16_t value) { std::memcpy(&f.bytes[f.field], &value, 2); }
std::uint16_t get(const Frame &f) {
  std::uint16_t value;
  std::memcpy(&value, &f.bytes[f.field], 2);
  return value;
}

void complete(Frame &f) {
  pmill::xdp::complete_checksum(f.bytes.data(), static_cast<std::uint32_t>(f.bytes.size()));
}

void check_kind(Kind kind) {
  for (unsigned n = 0; n < 3000; ++n) {
    Frame f = make(kind, below(3) == 0 ? below(4) : below(1400), below(2) * below(20));
    const std::uint16_t right = whole(f, kind);
    set(f, pseudo(f, kind));
    complete(f);
    CHECK(get(f) == right);
    const std::vector<std::uint8_t> before = f.bytes;  // a complete one stays
    complete(f);
    CHECK(f.bytes == before);
    set(f, 0);  // as UDP has it without a checksum
    complete(f);
    CHECK(get(f) == 0);
  }
}

/// A complete packet whose checksum happens to be the pseudo header's sum is not spoiled.
void check_coincidence() {
  const Kind kind{false, true, 0};
  Frame f = make(kind, 64, 0);
  unsigned met = 0;
  for (unsigned value = 0; value < 0x10000; ++value) {
    f.bytes[f.transport + 30] = static_cast<std::uint8_t>(value >> 8);
    f.bytes[f.transport + 31] = static_cast<std::uint8_t>(value);
    set(f, 0);
    const std::uint16_t right = whole(f, kind);
    if (right != pseudo(f, kind)) continue;
    set(f, right);
    complete(f);
    CHECK(get(f) == right);
    ++met;
  }
  CHECK(met >= 1);
}

/// Nothing of a frame that is cut anywhere, or is no such packet, changes, and nothing behind it is
/// read.
void check_others() {
  for (const Kind kind : {Kind{false, true, 0}, Kind{true, false, 1}, Kind{false, false, 2}}) {
    Frame f = make(kind, 32, 0);
    set(f, pseudo(f, kind));
    for (std::size_t length = 0; length < f.bytes.size(); ++length) {
      Frame part{.bytes = {f.bytes.begin(), f.bytes.begin() + static_cast<long>(length)}};
      const std::vector<std::uint8_t> before = part.bytes;
      complete(part);
      CHECK(part.bytes == before);
    }
  }
  Frame fragment = make({false, false, 0}, 32, 0);
  fragment.bytes[fragment.network + 6] = 0x20;  // more will follow
  set(fragment, pseudo(fragment, {false, false, 0}));
  const std::vector<std::uint8_t> before = fragment.bytes;
  complete(fragment);
  CHECK(fragment.bytes == before);
  for (unsigned n = 0; n < 200'000; ++n) {  // nonsense, near to packets
    Frame f = make({below(2) == 0, below(2) == 0, below(3)}, below(40), below(4));
    for (unsigned i = below(4); i-- > 0;)
      f.bytes[12 + below(static_cast<unsigned>(f.bytes.size() - 12))] =
          static_cast<std::uint8_t>(g_random());
    complete(f);
  }
}

}  // namespace

int main() {
  for (const bool six : {false, true})
    for (const bool tcp : {false, true})
      for (unsigned tags = 0; tags <= 2; ++tags) check_kind({six, tcp, tags});
  check_coincidence();
  check_others();
}
