// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <pmill/element.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Prints a line about each packet on standard error.
///
/// The line is `[LABEL: ][TIME: ]LENGTH[ (hHEADROOM tTAILROOM)][ | ANNOTATIONS][ | BYTES]`.
/// @group basic
/// @example FromDPDKDevice(0) -> Print(in, 64) -> Discard;
struct Print {
  static constexpr Spec spec{.ports = "1/1",
                             .processing = "a/a",
                             .reads = meta::all,
                             .shares = "stderr",
                             .passes = true,
                             .through = true};

  enum class Contents { none, hex, ascii };

  struct Args {
    String label = "";                  ///< What the line begins with. @positional
    std::int32_t maxlength = 24;        ///< Bytes to print; -1: all. @positional @alias NBYTES
    Contents contents = Contents::hex;  ///< How to print bytes: `hex`, `ascii` or `none`; true
                                        ///< means hex, false none. @lowering contents
    bool timestamp = false;             ///< Print the packet's timestamp.
    bool printanno = false;             ///< Print the annotations, 48 bytes in hexadecimal.
    bool headroom = false;              ///< Print the room in front of and behind the data.
    bool active = true;                 ///< Whether to print at all. @writable
    bool cpu = false;                   ///< Print the number of the worker in parentheses.
  };

  static void push(auto &self, auto &packet) {
    if (self.args.active) print(self.args, Facts(packet, self.worker.index));
    emit<0>(self, packet);
  }

  /// What a line can say. Handing these over, not the packet, keeps the packet in registers.
  struct Facts {
    const std::uint8_t *data;
    std::uint32_t length, headroom, tailroom;
    std::int64_t timestamp;
    unsigned worker;
    std::array<std::uint8_t, kAnnotationBytes> annotations;

    Facts(const auto &packet, unsigned index)
        : data(packet.data()),
          length(packet.length()),
          headroom(packet.headroom()),
          tailroom(packet.tailroom()),
          timestamp(packet.timestamp()),
          worker(index) {
      for (unsigned i = 0; i < kAnnotationBytes; ++i)
        annotations[i] = packet.template get<std::uint8_t>(i);
    }
  };

  PMILL_COLD static void print(const auto &args, const Facts &p) {
    TextLine line(stderr);
    const char *separator = "";
    if (!args.label.empty()) {
      line.text(args.label);
      separator = ": ";
    }
    if (args.cpu) {
      line.character('(').number(p.worker).character(')');
      separator = ": ";
    }
    if (args.timestamp) {
      line.text(separator).timestamp(p.timestamp);
      separator = ": ";
    }
    line.text(separator).number(p.length, 4);
    if (args.headroom)
      line.text(" (h").number(p.headroom).text(" t").number(p.tailroom).character(')');
    if (args.printanno) line.text(" | ").hex_bytes(p.annotations.data(), p.annotations.size(), 0);
    print_contents(line, args, p);
  }

  static void print_contents(TextLine &line, const auto &args, const Facts &p) {
    const auto wanted = args.maxlength < 0 ? p.length : static_cast<std::uint32_t>(args.maxlength);
    const std::uint32_t bytes = std::min(wanted, p.length);
    if (args.contents == Contents::none || bytes == 0) return;
    line.text(" | ");
    if (args.contents == Contents::hex)
      line.hex_bytes(p.data, bytes);
    else
      line.ascii_bytes(p.data, bytes);
  }
};

}  // namespace pmill::elements
