// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstring>
#include <pmill/element.hh>

namespace pmill::elements {

/// Makes packets with the same data, as fast as they are taken.
/// @group basic
/// @example InfiniteSource(LENGTH 60, LIMIT 1000000, BURST 32, STOP true) -> c :: Counter -> Discard;
struct InfiniteSource {
  static constexpr Spec spec{
      .ports = "0/1", .processing = "a", .writes = meta::timestamp, .source = true};

  struct Args {
    String data =
        "Random bullshit in a packet, "
        "at least 64 bytes long. Well, now it is.";  ///< What packets contain. @positional
    std::int64_t limit = -1;       ///< Number of packets to make; negative: no limit. @positional
    std::uint32_t burst = 1;       ///< Packets to make at a time. @positional @range 1 4294967295
    bool active = true;            ///< Whether to make packets at all. @positional
    std::int32_t length = -1;      ///< Bytes in a packet, for which DATA is cut or repeated; -1: as
                                   ///< many as DATA has. @alias DATASIZE @range -1 65407
    bool timestamp = true;         ///< Set timestamps to the current time.
    bool stop = false;             ///< Stop the program when LIMIT packets were made.
    bool end_call = false;         ///< What to call at LIMIT: `stop`. @lowering stop_call
    std::uint32_t headroom = 128;  ///< Bytes of room in front of the data. @range 0 65407
  };

  struct State {
    Count count;  ///< @read Packets made.
    bool done = false;
  };

  static void configure(const auto &args, auto &setup) {
    const std::uint64_t bytes = packet_length(args) + std::uint64_t{args.headroom};
    if (bytes > kMaxBytes)
      setup.fail("no buffer is large enough for DATA and HEADROOM",
                 "make LENGTH or HEADROOM smaller");
    if (bytes > RTE_PKTMBUF_HEADROOM) setup.buffers(bytes - RTE_PKTMBUF_HEADROOM);
  }

  static unsigned poll(auto &self) {
    auto &state = self.state;
    if (state.done || !self.args.active) return 0;
    unsigned made = 0;
    while (made < self.args.burst && left(self)) {
      if (!make(self)) break;
      ++made;
    }
    if (!left(self)) [[unlikely]] {
      state.done = true;
      if (self.args.stop || self.args.end_call) self.worker.stop();
    }
    return made;
  }

  static bool exhausted(auto &self) { return !self.args.active || self.state.done; }

  static constexpr std::uint32_t kMaxBytes = 65535;

  PMILL_INLINE static bool left(auto &self) {
    return self.args.limit < 0 ||
           self.state.count.value < static_cast<std::uint64_t>(self.args.limit);
  }

  static std::uint32_t packet_length(const auto &args) {
    return args.length < 0 ? static_cast<std::uint32_t>(args.data.size())
                           : static_cast<std::uint32_t>(args.length);
  }

  PMILL_INLINE static bool make(auto &self) {
    return create_or_wait(self, self.args.headroom, packet_length(self.args), [&](auto &packet) {
      fill(packet.data(), packet.length(), self.args.data);
      using P = typename SelfOf<decltype(self)>::Packet;
      // Reading the clock is not free, so not for an annotation that nobody reads.
      if constexpr (P::Layout::live.contains(meta::timestamp))
        if (self.args.timestamp) packet.set_timestamp(self.worker.clock.now());
      ++self.state.count;
      emit<0>(self, packet);
    });
  }

  PMILL_INLINE static void fill(std::uint8_t *to, std::uint32_t length, String data) {
    if (data.empty()) return void(std::memset(to, 0, length));
    for (std::size_t done = 0; done < length; done += data.size())
      std::memcpy(to + done, data.data(), std::min<std::size_t>(data.size(), length - done));
  }
};

}  // namespace pmill::elements
