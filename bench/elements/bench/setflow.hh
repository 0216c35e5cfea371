// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <ctime>
#include <pmill/element.hh>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/udp.hh>
#include <pmill/out_of_line.hh>

namespace pmill::elements {

/// Makes every packet, of UDP without a checksum, one of another flow: of FLOWS, in an order
/// without a pattern, each as often as the others. When each has been there twice it begins to
/// count, and to take the time of the processor; after PACKETS more it stops the program.
/// @group bench
/// @example Strip(14) -> CheckIPHeader -> SetFlow(1048576, 1000000) -> FlowIPManagerIMP(CAPACITY 1100000) -> Discard;
struct SetFlow {
  static constexpr Spec spec{.reads = meta::network, .expects = meta::network};

  struct Args {
    std::uint32_t flows;    ///< How many; a power of 2. @range 1 16777216
    std::uint32_t packets;  ///< For how many packets it measures. @range 1 4294967295
  };

  struct State {
    Count packets;      ///< @read Packets while it measured.
    Count nanoseconds;  ///< @read How long they took the worker's processor.

    std::uint32_t at = 1;
    std::uint64_t next = 0;  // packets until the clock is looked at
    std::uint64_t since = 0;
  };

  static void initialize(auto &self) { self.state.next = 2 * std::uint64_t{self.args.flows}; }

  static void push(auto &self, auto &packet) {
    State &state = self.state;
    net::IPv4 *ip = net::ipv4(packet);
    // A linear congruential generator modulo a power of 2 comes to every number once. Its low bits
    // have a pattern, which a table that hashes does not see.
    state.at = state.at * 1664525 + 1013904223;
    if (ip != nullptr && net::bytes_from(packet, ip) >= net::IPv4::kBytes + net::Udp::kBytes)
      write(*ip, state.at & (self.args.flows - 1));
    if (state.next-- == 0) [[unlikely]]
      look<OutOfLine<decltype(self)>>(rarely(self));
    emit<0>(self, packet);
  }

 private:
  static std::uint64_t now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
  }

  /// Begins to measure, or ends.
  template <typename S>
  PMILL_COLD static void look(S self) {
    State &state = self.state;
    if (state.since == 0) {
      state.since = now();
      state.next = self.args.packets;
      return;
    }
    state.nanoseconds.value = now() - state.since;
    state.packets.value = self.args.packets;
    state.next = UINT64_MAX;
    self.worker.stop();
  }

  /// 1024 hosts inside have 16 flows each to a remote end.
  PMILL_INLINE static void write(net::IPv4 &ip, std::uint32_t flow) {
    const std::uint32_t source = net32(0x0a000000 | (flow & 1023));
    const std::uint32_t destination = net32(0xc6120000 | flow >> 14);
    replace(ip, ip.source_address, source);
    replace(ip, ip.destination_address, destination);
    ip.source_address = source;
    ip.destination_address = destination;
    net::Udp &udp = *net::udp(reinterpret_cast<std::uint8_t *>(&ip + 1));
    udp.source_port = net16(static_cast<std::uint16_t>(1024 + (flow >> 10 & 15)));
    udp.destination_port = net16(80);
    udp.checksum = 0;
  }
  PMILL_INLINE static void replace(net::IPv4 &ip, std::uint32_t from, std::uint32_t to) {
    const auto half = [](std::uint32_t word, unsigned n) {
      return static_cast<std::uint16_t>(word >> (16 * n));
    };
    for (unsigned n = 0; n < 2; ++n)
      ip.checksum = net::patched_checksum(ip.checksum, half(from, n), half(to, n));
  }
};

}  // namespace pmill::elements
