// SPDX-License-Identifier: BSD-3-Clause
// What sources of packets that all have the same data have in common. Their arguments are `data`,
// `length`, `headroom`, `limit`, `stop` and `end_call`, or some of them; `count` is in their State.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <pmill/element.hh>
#include <pmill/text.hh>

namespace pmill::source {

inline constexpr std::uint32_t kMaxBytes = 65535;

/// Bytes in a packet.
PMILL_INLINE std::uint32_t packet_length(const auto &args) {
  if constexpr (requires { args.length; })
    if (args.length >= 0) return static_cast<std::uint32_t>(args.length);
  return static_cast<std::uint32_t>(args.data.size());
}

/// Makes buffers long enough.
void configure(const auto &args, auto &setup) {
  const std::uint64_t bytes = packet_length(args) + std::uint64_t{args.headroom};
  if (bytes > kMaxBytes)
    setup.fail("no buffer is large enough for DATA and HEADROOM",
               "make LENGTH or HEADROOM smaller");
  if (bytes > RTE_PKTMBUF_HEADROOM) setup.buffers(bytes - RTE_PKTMBUF_HEADROOM);
}

/// Writes DATA, or LENGTH when `new_length` is not negative: packets must fit into buffers.
inline bool write(auto &self, String new_data, std::int64_t new_length, std::string &error) {
  auto &args = self.changeable();
  const auto bytes =
      new_length >= 0 ? static_cast<std::uint64_t>(new_length) : std::uint64_t{new_data.size()};
  if (bytes + args.headroom > buffer::pool_capacity(self.worker.pool)) {
    error = join({"no buffer is large enough for ", bytes, " bytes"});
    return false;
  }
  if (new_data.data() != args.data.data()) args.data = keep_text(new_data);
  if constexpr (requires { args.length; }) args.length = static_cast<std::int32_t>(new_length);
  return true;
}

/// Whether fewer than `limit` packets were made.
PMILL_INLINE bool left(auto &self) {
  return self.args.limit < 0 ||
         self.state.count.value < static_cast<std::uint64_t>(self.args.limit);
}

/// Stops the program, if the source is to do so, when all packets were made. True when
/// they were, and no more are to be made.
PMILL_INLINE bool finish_at_limit(auto &self) {
  if (left(self)) [[likely]]
    return false;
  self.state.done = true;  // before the call, which may begin again
  if (self.args.stop) self.worker.stop();
  if constexpr (requires { self.args.end_call; })
    if (!self.args.end_call.empty()) self.worker.call(self.name, self.args.end_call);
  return self.state.done;
}

/// Repeats or cuts the data to `length` bytes: a call, as buffer::fill is.
[[gnu::noinline]] inline void fill(std::uint8_t *to, std::uint32_t length, String data) {
  if (data.empty()) return void(std::memset(to, 0, length));
  for (std::size_t done = 0; done < length; done += data.size())
    std::memcpy(to + done, data.data(), std::min<std::size_t>(data.size(), length - done));
}

/// Makes a packet, stamped with the time when `stamp`, and hands it to `give`. False when there is
/// no buffer: the source tries again later.
PMILL_INLINE bool make(auto &self, bool stamp, auto &&give) {
  return create_or_wait(self, self.args.headroom, packet_length(self.args), [&](auto &packet) {
    fill(packet.data(), packet_length(self.args), self.args.data);
    using P = typename SelfOf<decltype(self)>::Packet;
    // Reading the clock is not free, so not for an annotation that nobody reads. A simulated clock
    // must be asked the same questions whatever is read.
    if (stamp && (P::Layout::live.contains(meta::timestamp) || self.worker.clock.simulated()))
      packet.set_timestamp(self.worker.clock.now());
    ++self.state.count;
    give(packet);
  });
}

}  // namespace pmill::source
