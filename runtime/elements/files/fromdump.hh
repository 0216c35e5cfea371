// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstring>
#include <pmill/element.hh>
#include <pmill/io/replay.hh>
#include <pmill/net/link.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Reads packets from a capture file.
///
/// Bytes and timestamps are those of the file, to the nanosecond; a packet of which the capture
/// has only the beginning gets the number of missing bytes in its EXTRA_LENGTH annotation. A file
/// that ends inside a packet ends before it. A pipe is read to its end before the first packet.
/// Output 1 takes what FORCE_IP refuses.
/// @needs dump
/// @workers Each worker would read the file from its beginning.
/// @group files
/// @example FromDump(in.pcap, STOP true) -> Print -> Discard;
struct FromDump {
  static constexpr Spec spec{
      .ports = "0/1-2",
      .processing = "a/ah",
      .writes = meta::timestamp | meta::mac | meta::network | meta::extra_length,
      .cold = outputs(1),
      .source = true,
      .shares = "random",
      .workers = "one"};

  struct Args {
    Filename filename;          ///< The file, `-` for standard input. @readable
    bool timing = false;        ///< Emit packets at the pace of their timestamps. @positional
    bool stop = false;          ///< Stop the program at the end.
    bool active = true;         ///< Whether to emit packets at all. @writable
    double sample = 1.0;        ///< The probability with which each packet is emitted: see
                                ///< RandomSeed. @range 0 1 @readable @called sampling_prob
    bool force_ip = false;      ///< Emit only packets with an IPv4 header, and mark it.
    Timestamp start{0};         ///< Leave out packets before this time.
    Timestamp end{0};           ///< End before the first packet of this time or later.
    Duration start_after{0};    ///< Leave out so much time after the file's first packet.
    Duration end_after{0};      ///< End so much time after the file's first packet.
    Duration interval{0};       ///< End so much time after the start.
    String end_call = "";       ///< What to call at the end. @lowering handler_call
    std::uint64_t filepos = 0;  ///< Where in the file the first record to read begins.
    bool mmap = true;           ///< Map the file into memory instead of reading it.
    std::uint32_t burst = 32;   ///< Packets to emit at a time. @range 1 4294967295 @default click 1
    std::uint32_t preload = 0;  ///< Packets to bring into memory before the first is emitted.
    std::uint32_t force_len = 0;       ///< If not 0: cut packets, or fill them with zeros, to this
                                       ///< length. @range 0 65407
    std::uint32_t acceleration = 100;  ///< Pace of TIMING in percent. @range 1 4294967295
    String timing_fnt = "";  ///< The same as a function of x, the seconds since the first packet:
                             ///< numbers, x, + - * / ^, parentheses, sin cos exp log sqrt abs.
  };

  struct State {
    Count count;     ///< @read Packets emitted on output 0.
    Count drops;     ///< @drop(1) FORCE_IP: the packet has no IPv4 header.
    Count too_long;  ///< @drop The packet is too long for a buffer.
    Replay replay;
    bool waiting = false;        // its record is the next to be emitted
    std::uint64_t position = 0;  // of the last packet's record
    bool done = false;
  };

  struct Handlers {
    Read encap;             ///< The link type of the file.
    Read filesize;          ///< Bytes of the file.
    Read filepos;           ///< Bytes of it that were read.
    Read packet_filepos;    ///< Where in the file the record of the last packet began.
    Write stop;             ///< Ends: no more packets, and the program stops.
    Write extend_interval;  ///< Moves the END by some time, and goes on if that was reached.
    Write reset_counts;     ///< Counts from 0.
    Write reset_timing;     ///< The next packet is emitted at once, the others at its pace.
  };

  static void configure(const auto &args, auto &setup) { Replay::check(options(args), setup); }

  static void initialize(auto &self) { self.state.replay.start(options(self.args)); }

  static unsigned poll(auto &self) {
    unsigned made = 0;
    const auto give = [&](auto &packet) { emit<0>(self, packet); };
    while (made < self.args.burst && step(self, give)) ++made;
    return made;
  }

  static bool pull(auto &self, auto &&use) {
    bool given = false;
    const auto give = [&](auto &packet) {
      given = true;
      use(packet);
    };
    while (!given && step(self, give))
      if (!given) ++self.worker.pulled;  // one that was refused
    return given;
  }

  /// Makes the next packet, if it is time for it: it goes to `give`, or is refused.
  static bool step(auto &self, auto &&give) {
    auto &state = self.state;
    if (!self.args.active || state.done) return false;
    if (!state.waiting && !advance(self)) {
      state.done = true;
      if (self.args.stop) self.worker.stop();
      if (!self.args.end_call.empty()) self.worker.call(self.name, self.args.end_call);
      return false;
    }
    state.waiting = true;
    if (self.args.timing && !state.replay.due(self.worker.clock.now())) return false;
    // Without a buffer the packet waits.
    if (!make(self, state.replay.record(), give)) return false;
    state.waiting = false;
    state.position = state.replay.record().position;
    return true;
  }

  static std::int64_t due(auto &self) {
    const State &state = self.state;
    const bool waits = self.args.timing && state.waiting && !exhausted(self);
    return waits ? state.replay.when() : kNever;
  }

  static bool exhausted(auto &self) { return !self.args.active || self.state.done; }

  static std::string read_encap(auto &self, std::string_view) {
    return net::link_name(self.state.replay.link());
  }
  static std::string read_filesize(auto &self, std::string_view) {
    return join({self.state.replay.size()});
  }
  static std::string read_filepos(auto &self, std::string_view) {
    return join({self.state.replay.position()});
  }
  static std::string read_packet_filepos(auto &self, std::string_view) {
    return join({self.state.position});
  }
  static bool write_stop(auto &self, std::string_view, std::string &) {
    self.state.done = true;
    self.worker.stop();
    return true;
  }
  static bool write_extend_interval(auto &self, std::string_view text, std::string &error) {
    Duration more;
    if (!read_value(more, text, error)) return false;
    self.state.replay.extend(more.ns);
    self.state.done = false;
    return true;
  }
  static bool write_reset_counts(auto &self, std::string_view, std::string &) {
    self.state.count = {};
    return true;
  }
  static bool write_reset_timing(auto &self, std::string_view, std::string &) {
    self.state.replay.restart();
    return true;
  }

 private:
  static ReplayOptions options(const auto &args) {
    return {.filename = args.filename,
            .map = args.mmap,
            .filepos = args.filepos,
            .preload = args.preload,
            .force_len = args.force_len,
            .force_ip = args.force_ip,
            .start = args.start.ns,
            .start_after = args.start_after.ns,
            .end = args.end.ns,
            .end_after = args.end_after.ns,
            .interval = args.interval.ns,
            .acceleration = args.acceleration,
            .timing_fnt = args.timing_fnt};
  }

  /// Finds the next record to emit; false at the end.
  static bool advance(auto &self) {
    do {
      if (!self.state.replay.next(self.name)) return false;
    } while (!self.worker.random.chance(self.args.sample));
    return true;
  }

  /// Makes a record's packet for `give`; false, and nothing happened, when there is no buffer.
  static bool make(auto &self, const pcap::Record &record, auto &&give) {
    const std::uint32_t forced = self.args.force_len;
    const std::uint32_t length = forced != 0 ? forced : record.captured;
    if (length > Replay::kMaxBytes) {
      ++self.state.too_long;
      return true;
    }
    return create_or_wait(self, RTE_PKTMBUF_HEADROOM, length, [&](auto &packet) {
      buffer::fill(packet.data(), length, record.data, std::min(record.captured, length));
      packet.set_timestamp(timestamp_annotation(record.timestamp));
      packet.set_mac(packet.data());
      packet.set(meta::extra_length, record.length > length ? record.length - length : 0);
      if (self.args.force_ip) {
        std::uint8_t *ip = net::find_ipv4(packet.data(), length, self.state.replay.link());
        if (ip == nullptr) return reject<1>(self, packet, self.state.drops);
        packet.set_network(ip);
      }
      ++self.state.count;
      give(packet);
    });
  }
};

}  // namespace pmill::elements
