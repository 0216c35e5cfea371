// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstring>
#include <pmill/element.hh>
#include <pmill/io/file.hh>
#include <pmill/io/replay.hh>
#include <pmill/io/summary.hh>
#include <pmill/text.hh>
#include <string>

namespace pmill::elements {

/// Makes a packet of every line of a summary dump.
///
/// The dump is text or binary, as ToIPSummaryDump writes it, and names its fields itself; FIELDS
/// names those of one that does not. What it does not say of a packet is zero. Packets have an IPv4
/// header, behind an Ethernet header if the dump has one of its fields, a transport header and the
/// payload; how much of the IP length is missing is in the EXTRA_LENGTH annotation. Lines and
/// values that mean nothing are counted, and the first of them told. What the dump says in lines
/// that begin with `!` counts from there on: `!data`, `!proto`, `!flowid`, `!aggregate`, `!binary`.
/// @needs dump summary
/// @workers Each worker would read the dump from its beginning.
/// @group files
/// @example FromIPSummaryDump(flows.txt, STOP true, CHECKSUM true) -> CheckIPHeader -> Discard;
/// @example FromIPSummaryDump(DATA "!data ip_src sport\n10.0.0.1 80\n", STOP true) -> Discard;
struct FromIPSummaryDump {
  static constexpr Spec spec{.ports = "0/1",
                             .processing = "a",
                             .writes = meta::timestamp | meta::first_timestamp | meta::paint |
                                       meta::aggregate | meta::extra_packets | meta::extra_length |
                                       meta::mac | meta::network | meta::transport | meta::dst_ip,
                             .source = true,
                             .shares = "random",
                             .workers = "one"};

  struct Args {
    Filename filename = "";    ///< The file, `-` for standard input. @positional
    String data = "";          ///< The dump itself, in place of a file.
    bool stop = false;         ///< Stop the program at the end.
    bool active = true;        ///< Whether to emit packets at all. @writable
    bool zero = true;          ///< What the dump does not say is zero; otherwise it is random.
    bool checksum = false;     ///< Compute checksums, and make packets as long as they say.
    bool timing = false;       ///< Emit packets at the pace of their timestamps.
    bool timestamp = true;     ///< Set the timestamps of the dump.
    double sample = 1.0;       ///< The probability with which each packet is emitted: see
                               ///< RandomSeed. @range 0 1 @readable @called sampling_prob
    std::uint8_t proto = 6;    ///< The IP protocol when the dump does not say it: a number or a
                               ///< name. @alias DEFAULT_PROTO @lowering ip_protocol
    bool multipacket = false;  ///< Emit as many packets as a line's `count` says.
    String flowid = "";        ///< `SRC SPORT DST DPORT [PROTO]`: the flow of packets of which the
                               ///< dump does not say it. @alias DEFAULT_FLOWID @lowering flowid
    bool allow_nonexistent = false;  ///< Take a file that is not there for an empty one.
    std::uint32_t burst = 1;         ///< Packets to emit at a time. @range 1 4294967295
    std::int64_t times = 1;          ///< How often to read the dump; negative: for ever.
    bool ipv6 = false;               ///< Let addresses be IPv6 addresses.
    bool migrate = false;  ///< FastClick's switch for moving to another thread; nothing moves here.
    String fields = "";    ///< The fields of a dump that does not name them. @alias CONTENTS @alias
                           ///< DEFAULT_FIELDS @alias DEFAULT_CONTENTS @lowering summary_fields
  };

  struct State {
    Count count;       ///< @read Packets emitted.
    Count bad_lines;   ///< @read Lines that say nothing about a packet.
    Count bad_values;  ///< @read Values in other lines that mean nothing.
    Count too_long;    ///< @drop The packet is too long for a buffer.
    summary::Reader reader;
    std::int64_t times = 0;  // that the dump was begun
    bool waiting = false;    // the reader's packet is the next to be emitted
    bool done = false;
    ReplayPace pace;
  };

  struct Handlers {
    Read encap;  ///< The link type of the packets: IP, or ETHER.
    Write stop;  ///< Emits no further packet.
  };

  static void configure(const auto &args, auto &setup) {
    Bytes content;
    if (args.filename.empty() == args.data.empty())
      setup.fail("expected one of FILENAME and DATA", "give the name of a summary dump");
    if (!args.filename.empty() && !FileUses::claim(args.filename, false))
      setup.fail(join({"'", args.filename, "' is also written"}), "write to another file");
    std::string error = load(args, content);
    if (!error.empty())
      setup.fail(join({"'", args.filename, "': ", error}),
                 "give the name of a summary dump that can be read");
    summary::Reader reader;
    error = reader.open(name(args), content, options(args), false);
    if (!error.empty()) setup.fail(join({"'", name(args), "' ", error}), "unpack it first");
    const std::uint32_t enough = setup.data_bytes();
    setup.buffers(std::min(summary::Reader::longest(content, options(args), enough), kMaxBytes));
  }

  static void initialize(auto &self) {
    // configure() has opened the file: nothing can be wrong with it here.
    Bytes content;
    load(self.args, content);
    self.state.reader.open(name(self.args), content, options(self.args), true);
    self.state.done = self.args.times == 0;
    self.state.times = 1;
  }

  static unsigned poll(auto &self) {
    unsigned made = 0;
    const auto give = [&](auto &packet) { emit<0>(self, packet); };
    while (made < self.args.burst && pull(self, give)) ++made;
    return made;
  }

  static bool pull(auto &self, auto &&use) {
    auto &state = self.state;
    while (self.args.active && !state.done) {
      if (!state.waiting && !advance(self)) {
        state.done = true;
        if (self.args.stop) self.worker.stop();
        return false;
      }
      state.waiting = true;
      const summary::Record &record = state.reader.record();
      if (self.args.timing && !state.pace.due(time(state), self.worker.clock.now())) return false;
      if (record.length <= kMaxBytes) {
        // Without a buffer the packet waits.
        const bool made = make(self, record, use);
        state.waiting = !made;
        return made;
      }
      ++state.too_long;
      state.waiting = false;
    }
    return false;
  }

  static std::int64_t due(auto &self) {
    const State &state = self.state;
    const bool waits = self.args.timing && state.waiting && !exhausted(self);
    return waits ? state.pace.when(time(state)) : kNever;
  }

  static bool exhausted(auto &self) { return !self.args.active || self.state.done; }

  static std::string read_encap(auto &self, std::string_view) {
    const State &state = self.state;
    return state.reader.record().mac == nullptr ? "IP" : "ETHER";
  }
  static bool write_stop(auto &self, std::string_view, std::string &) {
    self.state.done = true;
    self.worker.stop();
    return true;
  }

 private:
  static constexpr std::uint32_t kMaxBytes = 65535 - RTE_PKTMBUF_HEADROOM;

  /// When the packet that waits is to be emitted.
  static std::int64_t time(const State &state) {
    return timestamp_value(state.reader.record().notes.timestamp);
  }

  /// What messages call the dump.
  static std::string_view name(const auto &args) {
    return args.filename.empty() ? std::string_view("DATA") : std::string_view(args.filename);
  }

  static summary::ReaderOptions options(const auto &args) {
    return {.fields = args.fields,
            .flowid = args.flowid,
            .protocol = args.proto,
            .zero = args.zero,
            .checksum = args.checksum,
            .multipacket = args.multipacket,
            .ipv6 = args.ipv6};
  }

  static std::string load(const auto &args, Bytes &content) {
    if (args.filename.empty()) {
      content = {reinterpret_cast<const std::uint8_t *>(args.data.data()), args.data.size()};
      return {};
    }
    if (args.allow_nonexistent && !InputFiles::exists(args.filename)) return {};
    return InputFiles::load(args.filename, true, content);
  }

  /// Finds the next packet to emit; false at the end.
  static bool advance(auto &self) {
    auto &state = self.state;
    bool found = false;
    do {
      found = state.reader.next(self.worker.random);
      if (!found && again(self.args, state.times)) [[unlikely]] {
        ++state.times;
        state.reader.rewind();
        state.pace = {};
        found = state.reader.next(self.worker.random);
      }
    } while (found && !self.worker.random.chance(self.args.sample));
    state.bad_lines.value = state.reader.bad_lines();
    state.bad_values.value = state.reader.bad_values();
    return found;
  }

  static bool again(const auto &args, std::int64_t times) {
    return !Worker::stopping() && (args.times < 0 || times < args.times);
  }

  /// Makes a record's packet for `give`; false, and nothing happened, when there is no buffer.
  static bool make(auto &self, const summary::Record &record, auto &&give) {
    return create_or_wait(self, RTE_PKTMBUF_HEADROOM, record.length, [&](auto &packet) {
      buffer::fill(packet.data(), record.length, record.data, record.length);
      const auto header = [&](const std::uint8_t *at) {
        return at == nullptr ? nullptr : packet.data() + (at - record.data);
      };
      packet.set_mac(header(record.mac));
      packet.set_network(header(record.network));
      packet.set_transport(header(record.transport));
      packet.set(meta::dst_ip, record.destination.value);
      const summary::Notes &notes = record.notes;
      if (self.args.timestamp) packet.set_timestamp(notes.timestamp);
      packet.set(meta::first_timestamp, notes.first_timestamp);
      packet.set(meta::aggregate, notes.aggregate);
      packet.set(meta::extra_length, notes.extra_length);
      packet.set(meta::extra_packets,
                 static_cast<std::uint16_t>(std::min<std::uint32_t>(notes.extra_packets, 65535)));
      packet.set(meta::paint, notes.paint);
      ++self.state.count;
      give(packet);
    });
  }
};

}  // namespace pmill::elements
