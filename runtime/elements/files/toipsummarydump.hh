// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/io/file.hh>
#include <pmill/io/summary.hh>
#include <pmill/setup.hh>
#include <pmill/text.hh>
#include <string>

namespace pmill::elements {

/// Writes a line about every packet, with the fields that are asked for.
///
/// Fields of a header that a packet does not have, or has only a part of, are a dash. The IP header
/// must be marked. Packets go on to the output when there is one. After a write error the file ends
/// with a whole line; the lines behind it are counted.
///
/// Fields: timestamp ts_sec ts_usec ts_usec1 first_timestamp count link direction paint aggregate
/// thread, eth_src eth_dst eth_type wire_len capture_len, ip_src ip_dst ip_proto ip_len
/// ip_capture_len ip_id ip_fragoff ip_frag ip_tos ip_dscp ip_ecn ip_ttl ip_hl ip_sum ip_opt, sport
/// dport, tcp_seq tcp_ack tcp_off tcp_flags tcp_window tcp_sum tcp_urp tcp_opt tcp_ntopt tcp_sack,
/// udp_len udp_sum, icmp_type icmp_type_name icmp_code icmp_code_name icmp_flowid icmp_seq
/// icmp_nextmtu, payload payload_len payload_md5 payload_md5_hex.
/// @needs summary
/// @group files
/// @example FromDump(in.pcap) -> MarkIPHeader(14) -> ToIPSummaryDump(seen.txt, FIELDS timestamp ip_src ip_dst ip_len);
struct ToIPSummaryDump {
  static constexpr Spec spec{.ports = "1/0-1",
                             .processing = "a/h",
                             .reads = meta::timestamp | meta::paint | meta::aggregate |
                                      meta::extra_length | meta::extra_packets |
                                      meta::first_timestamp | meta::network | meta::mac,
                             .shared = true,
                             .passes = true};

  struct Args {
    Filename filename;         ///< The file, `-` for standard output.
    bool header = true;        ///< Begin the file with lines that say what it is.
    bool verbose = false;      ///< Say there which host wrote the file, and when.
    String banner = "";        ///< Say there who wrote the file.
    bool multipacket = false;  ///< Write as many lines as a packet stands for packets, unless one
                               ///< of the fields is `count`.
    bool bad_packets = false;  ///< Write a line `!bad` before that of a packet whose IP, TCP or UDP
                               ///< header is wrong.
    bool careful_trunc = true;  ///< A packet is bad, too, when its IP header says that it is longer
                                ///< than it was.
    bool extra_length = true;   ///< What the EXTRA_LENGTH annotation counts was part of the packet.
    bool binary = false;        ///< Write the fields in binary.
    String fields = "timestamp ip_src";  ///< What to write of a packet. @alias CONTENTS
                                         ///< @lowering summary_fields
  };

  struct State {
    Count count;         ///< @read Packets written.
    Count write_errors;  ///< @read Lines that could not be written.
    summary::Writer writer;
    bool reported = false;
  };

  struct Handlers {
    Write flush;  ///< Writes what waits to be written.
  };

  static void configure(const auto &args, auto &setup) { OutputFile::claim(args.filename, setup); }

  static void initialize(auto &self) {
    const auto &args = self.args;
    const summary::WriterOptions options{.fields = args.fields,
                                         .banner = args.banner,
                                         .header = args.header,
                                         .verbose = args.verbose,
                                         .multipacket = args.multipacket,
                                         .bad_packets = args.bad_packets,
                                         .careful_trunc = args.careful_trunc,
                                         .extra_length = args.extra_length,
                                         .binary = args.binary};
    const std::int64_t now = args.verbose ? self.worker.clock.now() : 0;
    const std::string error = self.state.writer.open(args.filename, options, now);
    if (!error.empty())
      fail(join({self.name, " :: ToIPSummaryDump"}),
           join({"cannot write '", args.filename, "': ", error}));
  }

  static void push(auto &self, auto &packet) {
    const summary::Record record{.data = packet.data(),
                                 .length = packet.length(),
                                 .mac = packet.mac(),
                                 .network = packet.network(),
                                 .thread = self.worker.index,
                                 .notes = {.timestamp = packet.timestamp(),
                                           .first_timestamp = packet.get(meta::first_timestamp),
                                           .aggregate = packet.get(meta::aggregate),
                                           .extra_length = packet.get(meta::extra_length),
                                           .extra_packets = packet.get(meta::extra_packets),
                                           .paint = packet.get(meta::paint)}};
    {
      const auto guard = self.lock();
      auto &state = self.state;
      ++state.count;
      state.writer.write(record);
      if (const std::uint64_t lost = state.writer.lost(); lost != 0) [[unlikely]]
        report(self, lost);
    }
    emit<0>(self, packet);
  }

  static void finish(auto &self) {
    self.state.writer.flush();
    if (const std::uint64_t lost = self.state.writer.lost(); lost != 0) report(self, lost);
  }

  static bool write_flush(auto &self, std::string_view, std::string &) {
    self.state.writer.flush();
    return true;
  }

 private:
  /// Counts lines that were not written, and says so once.
  PMILL_COLD static void report(auto &self, std::uint64_t lost) {
    auto &state = self.state;
    state.count.value -= std::min(lost, state.count.value);
    state.write_errors += lost;
    if (state.reported) return;
    state.reported = true;
    TextLine(stderr)
        .text(self.name)
        .text(" :: ToIPSummaryDump: cannot write '")
        .text(self.args.filename)
        .text("': ")
        .text(state.writer.error())
        .text("; lines are missing from here on");
  }
};

}  // namespace pmill::elements
