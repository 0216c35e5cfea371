// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/header_classifier.hh>

namespace pmill::elements {

/// Sends each IP packet to the output of the first pattern that it matches.
///
/// There are as many patterns as outputs; what matches none is dropped. `FILE patterns.txt` in the
/// place of a pattern stands for all of a file, one a line, with comments behind `#`. Headers must
/// be marked, by CheckIPHeader or MarkIPHeader. Patterns are made of
///
/// - `[src|dst] host A`, `[src|dst] net A/LEN` or `net A mask M`, `[src|dst] ether host E`;
/// - `[src|dst] [tcp|udp] port P`; `src or dst`, as without either, is any of both ends, `src and
///   dst` is both;
/// - `ip proto P`, `ip vers|hl|id|tos|dscp|ttl|len N`, `ip frag`, `unfrag`, `ect`, `ce`;
/// - `tcp opt FLAG`, `tcp win N`, `icmp type T`;
/// - bytes: `ip[POS:LEN]`, counted from the IP header, and `transp[…]`, `tcp[…]`, `udp[…]`,
///   `icmp[…]`, from the transport header; LEN is 1 to 4, and 1 when it is not given;
/// - `true` and `false`; `-`, `any`, `all` and `none`, each as the whole pattern.
///
/// In front of a value may stand `& MASK` and one of `== = != < > <= >=`. Conditions are joined by
/// `and` or `&&` or nothing, `or` or `||`, `not` or `!`, `C ? A : B` with spaces around the `:`,
/// and parentheses. What a value tells may be left out (`tcp`, `www`, `syn`, `10.0.0.0/24`), and
/// what the condition before it says (`src port 80 or 81`).
///
/// A comparison of bytes that a packet has not is false, and its `not` true. Ports, ICMP types, TCP
/// flags and windows, and bytes of the transport header, are none of later fragments. `port != 80`
/// is said of TCP and UDP only, `not port 80` of all packets. The relations `!=`, `<` and `<=` deny
/// the others: `port < 1024` wants no port of 1024 or more, `port > 1023` wants one.
/// @group ip
/// @example CheckIPHeader -> c :: IPClassifier(tcp dst port 80 or 443, icmp type echo, -); c[0] -> Discard; c[1] -> Discard; c[2] -> Discard;
struct IPClassifier {
  static constexpr Spec spec{.ports = "1/-",
                             .processing = "h",
                             .reads = meta::mac | meta::network | meta::transport,
                             .expects = meta::network,
                             .passes = true};

  struct Args {
    List<ClassifierNode>
        program;  ///< Patterns, one an output. @rest @lowering ipclassifier @decides
  };

  struct State {
    Count drops;  ///< @drop No pattern matches.
  };

  static void push(auto &self, auto &packet) {
    const std::size_t output = classifier::classify_headers(self, packet);
    if (!emit(self, output, packet)) drop(self, packet, self.state.drops);
  }
};

}  // namespace pmill::elements
