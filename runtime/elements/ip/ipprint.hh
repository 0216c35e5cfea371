// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <pmill/element.hh>
#include <pmill/io/file.hh>
#include <pmill/net/ip_text.hh>
#include <pmill/out_of_line.hh>
#include <pmill/setup.hh>
#include <pmill/text.hh>
#include <string>

namespace pmill::elements {

/// Prints a line about every IPv4 packet, much as tcpdump does.
///
/// The line begins with LABEL and the timestamp, and shows addresses, ports, TCP flags and
/// sequence numbers, ICMP types and fragments. It goes to standard error, or to OUTFILE.
/// CONTENTS adds the whole packet, PAYLOAD what follows the transport header. Packets whose
/// network header is not marked pass in silence.
/// @group ip
/// @example FromDump(in.pcap) -> MarkIPHeader(14) -> IPPrint(seen, TTL true) -> Discard;
struct IPPrint {
  static constexpr Spec spec{.reads = meta::network | meta::timestamp | meta::paint |
                                      meta::aggregate | meta::vlan_tci | meta::mac,
                             .expects = meta::network,
                             .shares = "stderr",
                             .passes = true};

  enum class Dump : std::uint8_t { no, hex, ascii };

  struct Args {
    String label = "";               ///< The line's first words. @positional
    Dump contents = Dump::no;        ///< How to show the packet.
    Dump payload = Dump::no;         ///< How to show the payload.
    std::uint32_t maxlength = 1500;  ///< Show at most this many bytes of either. @alias NBYTES
    bool timestamp = true;           ///< Show the timestamp.
    bool id = false;                 ///< Show the IP id.
    bool ttl = false;                ///< Show the TTL.
    bool tos = false;                ///< Show the type of service.
    bool length = false;             ///< Show the IP length.
    bool paint = false;              ///< Show the paint annotation.
    bool aggregate = false;          ///< Show the aggregate annotation.
    bool ether = false;              ///< Show the Ethernet addresses where they are in the packet.
    bool vlan = false;               ///< Show the VLAN of the VLAN annotation.
    bool swap = true;                ///< Show ICMP ids and sequence numbers in network order.
    bool active = true;              ///< Whether to print anything. @writable
    Filename outfile = "";           ///< Print to this file, `-` for standard output.
    String channel = "";             ///< A chatter channel of Click; all are standard error.
  };

  struct State {
    Count write_errors;  ///< @read Lines that could not be written to OUTFILE.
  };

  /// Where the lines go.
  struct Shared {
    std::FILE *out = stderr;
    mutable std::atomic<bool> reported{false};

    explicit Shared(const auto &args) {
      const std::string name(args.outfile);
      if (name == "-") out = stdout;
      if (name.empty() || name == "-") return;
      out = std::fopen(name.c_str(), "w");
      if (out == nullptr) fail("IPPrint", join({"cannot write ", name}), "is the directory there?");
    }
  };

  static void configure(const auto &args, auto &setup) {
    if (!args.outfile.empty()) OutputFile::claim(args.outfile, setup);
  }

  static void push(auto &self, auto &packet) {
    if (self.args.active && packet.network() != nullptr)
      print<OutOfLine<decltype(self)>>(rarely(self), lean(self, packet));
    emit<0>(self, packet);
  }

 private:
  template <typename S, typename P>
  PMILL_COLD static void print(S self, const P packet) {
    write_line(self.shared.out, self.args, packet);
    if (!self.args.outfile.empty() && std::ferror(self.shared.out) != 0) report(self, errno);
  }

  /// Counts a line that was not written, and says so once.
  static void report(auto &self, int error) {
    ++self.state.write_errors;
    std::clearerr(self.shared.out);
    if (self.shared.reported.exchange(true)) return;
    note_failure();
    TextLine(stderr)
        .text(self.name)
        .text(" :: IPPrint: cannot write '")
        .text(self.args.outfile)
        .text("': ")
        .text(std::strerror(error))
        .text("; lines are missing from here on");
  }

  static void write_line(std::FILE *out, const auto &args, const auto &packet) {
    TextLine line(out);
    begin(line, args, packet);

    const std::uint8_t *at = packet.network();
    const bool inside = at >= packet.data() && at <= packet.end();
    const std::uint32_t available = inside ? net::bytes_from(packet, at) : 0;
    net::ip_text(line, at, available, packet.length(),
                 {.id = args.id,
                  .ttl = args.ttl,
                  .tos = args.tos,
                  .length = args.length,
                  .swap = args.swap});

    dump(line, args.contents, packet.data(), packet.length(), args.maxlength);
    const std::uint32_t payload = net::payload_offset(at, available);
    dump(line, args.payload, at + payload, available - payload, args.maxlength);
  }

  /// What stands before the IP packet.
  static void begin(TextLine &line, const auto &args, const auto &packet) {
    if (!args.label.empty()) line.text(args.label).text(": ");
    if (args.timestamp) line.timestamp(packet.timestamp()).text(": ");
    if (args.aggregate) line.character('#').number(packet.get(meta::aggregate));
    if (args.paint) line.text(args.aggregate ? "." : "paint ").number(packet.get(meta::paint));
    if (args.aggregate || args.paint) line.text(": ");
    if (args.vlan) line.text("vlan ").number(net16(packet.get(meta::vlan_tci)) & 0xfff).text(": ");
    if (args.ether) ether(line, packet);
  }

  static void ether(TextLine &line, const auto &packet) {
    EtherAddress destination, source;
    const std::uint8_t *mac = packet.mac();
    if (mac == nullptr || mac < packet.data() || mac + 12 > packet.end()) return;
    std::copy_n(mac, 6, destination.octets.begin());
    std::copy_n(mac + 6, 6, source.octets.begin());
    line.address(source).text(" > ").address(destination).text(": ");
  }

  /// Bytes on lines of their own: 24 of them in hexadecimal, or 48 characters.
  static void dump(TextLine &line, Dump how, const std::uint8_t *bytes, std::uint32_t count,
                   std::uint32_t limit) {
    if (how == Dump::no) return;
    count = std::min(count, limit);
    const std::uint32_t width = how == Dump::hex ? 24 : 48;
    for (std::uint32_t i = 0; i < count; i += width) {
      const std::uint32_t n = std::min(width, count - i);
      if (how == Dump::hex)
        line.text("\n  ").hex_bytes(bytes + i, n, 4);
      else  // which begins with a space
        line.text("\n ").ascii_bytes(bytes + i, n, 8);
    }
  }
};

}  // namespace pmill::elements
