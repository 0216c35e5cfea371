// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <cstdio>
#include <pmill/net/checksum.hh>
#include <pmill/net/ip_check.hh>
#include <pmill/text.hh>

namespace pmill::net {

HeaderFault find_fault(const std::uint8_t *at, std::uint32_t available, bool verify_checksum,
                       const SourceRules &rules) {
  if (available < IPv4::kBytes) return HeaderFault::tiny;
  const IPv4 &ip = *ipv4(at);
  if (ip.version() != 4) return HeaderFault::version;
  if (ip.header_bytes() < IPv4::kBytes) return HeaderFault::header_length;
  if (ip.total_bytes() > available || ip.total_bytes() < ip.header_bytes())
    return HeaderFault::length;
  if (verify_checksum && checksum(at, ip.header_bytes()) != 0) return HeaderFault::checksum;
  if (is_bad_source(rules, ip.source(), ip.destination())) return HeaderFault::source;
  return HeaderFault::none;
}

std::string_view fault_text(HeaderFault fault) {
  static constexpr std::array<std::string_view, 7> kReasons{
      "",
      "tiny packet",
      "bad IPv4 version",
      "bad IPv4 header length",
      "bad IPv4 length",
      "bad IPv4 checksum",
      "bad source address",
  };
  return kReasons[static_cast<std::size_t>(fault)];
}

void report_fault(std::string_view name, HeaderFault fault) {
  TextLine(stderr).text(name).text(": IP header check failed: ").text(fault_text(fault));
}

}  // namespace pmill::net
