// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <pmill/element.hh>
#include <pmill/io/pcap.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Writes packets to a capture file.
///
/// A packet without timestamp gets the current time. Packets go on to the output when there is
/// one. After a write error the file holds the whole packets before it; the others are counted,
/// and dropped or passed on.
/// @needs dump
/// @group files
/// @example FromDPDKDevice(0) -> ToDump(seen.pcap, SNAPLEN 0);
struct ToDump {
  static constexpr Spec spec{.ports = "1/0-1",
                             .processing = "a",
                             .reads = meta::timestamp | meta::extra_length,
                             .shared = true,
                             .passes = true};

  struct Args {
    Filename filename;             ///< The file, `-` for standard output. @readable
    std::uint32_t snaplen = 2000;  ///< Bytes of each packet to keep; 0: all. @positional
    std::uint32_t encap = 1;       ///< What packets begin with: ETHER, IP, or another link type, by
                                   ///< name or number. @positional @lowering link_type
    List<String> use_encap_from = {};  ///< FromDump elements that have the link type to write.
    bool extra_length = true;          ///< Write the length before cutting, from EXTRA_LENGTH.
    bool unbuffered = false;           ///< Write every packet at once.
    bool nano = true;                  ///< Write nanoseconds, not microseconds.
    bool force_ts = false;             ///< Write the current time, not the packet's timestamp.
  };

  struct State {
    Count count;         ///< @read Packets written.
    Count write_errors;  ///< @drop The file could not be written.
    pcap::Writer writer;
  };

  struct Handlers {
    Write reset_counts;  ///< Counts from 0.
  };

  static void configure(const auto &args, auto &setup) { OutputFile::claim(args.filename, setup); }

  static void initialize(auto &self) {
    const auto &args = self.args;
    self.state.writer.start(self.name, {.filename = args.filename,
                                        .link = args.encap,
                                        .links_of = args.use_encap_from,
                                        .snaplen = args.snaplen,
                                        .nano = args.nano});
  }

  static void push(auto &self, auto &packet) {
    const auto &args = self.args;
    const std::uint32_t length = packet.length();
    const std::uint32_t kept = args.snaplen == 0 ? length : std::min(length, args.snaplen);
    const std::uint32_t extra = args.extra_length ? packet.get(meta::extra_length) : 0;
    // Whatever an annotation says, a length that wraps around would be shorter than the packet.
    const std::uint32_t whole = length + std::min(extra, UINT32_MAX - length);
    std::int64_t time = packet.timestamp();
    if (args.force_ts || time == 0) time = self.worker.clock.now();
    {
      const auto guard = self.lock();
      ++self.state.count;
      auto &writer = self.state.writer;
      std::uint64_t lost = writer.write(packet.data(), kept, whole, timestamp_value(time));
      if (args.unbuffered) lost += writer.flush();
      if (lost != 0) [[unlikely]]
        report(self.state, lost);
    }
    emit<0>(self, packet);
  }

  static void finish(auto &self) {
    if (const std::uint64_t lost = self.state.writer.flush(); lost != 0) report(self.state, lost);
  }

  static bool write_reset_counts(auto &self, std::string_view, std::string &) {
    self.state.count = {};
    return true;
  }

 private:
  /// Counts packets that were not written.
  PMILL_COLD static void report(State &state, std::uint64_t lost) {
    // Some may have been counted before the counter was reset.
    state.count.value -= std::min(lost, state.count.value);
    state.write_errors += lost;
    state.writer.complain();
  }
};

}  // namespace pmill::elements
