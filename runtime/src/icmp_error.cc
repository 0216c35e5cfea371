// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstring>
#include <pmill/net/checksum.hh>
#include <pmill/net/icmp.hh>
#include <pmill/net/icmp_error.hh>
#include <pmill/net/options.hh>

namespace pmill::net {
namespace {

bool is_unicast(IPAddress a) { return !a.is_broadcast() && !a.is_multicast(); }

bool is_error_message(const IPv4 &ip, std::uint32_t available) {
  constexpr std::uint32_t kTypeCodeChecksum = 4;
  if (ip.protocol != kIcmp) return false;
  if (available < ip.header_bytes() + kTypeCodeChecksum) return true;  // rather be silent
  return is_error_type(*(reinterpret_cast<const std::uint8_t *>(&ip) + ip.header_bytes()));
}

/// The id of the next IPv4 header that this worker makes for an ICMP error, from 1; workers begin
/// far from each other, so that few packets have the same id at about one time.
std::uint16_t next_id(const Worker &worker) {
  static thread_local std::uint16_t last = 0;
  return static_cast<std::uint16_t>(++last + worker.index * (0x10000 / worker.count));
}

/// Whether an error of a type may answer a packet (RFC 1812 4.3.2.7).
bool may_answer(const Offender &offender, std::uint8_t type) {
  const IPv4 &ip = offender.ip;
  const auto is_bad = [&](IPAddress a) {
    return std::find(offender.bad.begin(), offender.bad.end(), a) != offender.bad.end();
  };
  if (!is_whole(ip, offender.available)) return false;
  if (offender.link == PacketType::broadcast || offender.link == PacketType::multicast)
    return false;
  if (!is_unicast(ip.destination()) || is_bad(ip.destination())) return false;
  if (!is_host(ip.source()) || is_bad(ip.source())) return false;
  if (ip.fragment_offset() != 0) return false;
  if (is_error_type(type) && is_error_message(ip, offender.available)) return false;
  return type != kRedirect || !has_source_route(ip);
}

/// Bytes in front of the quoted packet.
constexpr std::uint32_t kFrontBytes = IPv4::kBytes + Icmp::kBytes;

void write_icmp_error(const Worker &worker, std::uint8_t *out, const IPv4 &original,
                      std::uint32_t quoted, const IcmpError &error) {
  constexpr std::uint8_t kTtl = 200;
  auto &icmp = *reinterpret_cast<Icmp *>(out + IPv4::kBytes);
  icmp = {};
  icmp.type = error.type;
  icmp.code = error.code;
  if (error.type == kRedirect) icmp.gateway = error.gateway.value;
  if (error.type == kParameterProblem && error.code == 0) icmp.pointer = error.pointer;
  if (error.type == kUnreachable && error.code == kNeedFragmentation)
    icmp.path.next_mtu = net16(error.next_mtu);
  std::memcpy(out + kFrontBytes, &original, quoted);
  icmp.checksum = checksum(out + IPv4::kBytes, Icmp::kBytes + quoted);

  IPv4 &ip = *ipv4(out);
  ip = {};
  ip.version_and_words = 0x45;
  ip.total_length = net16(static_cast<std::uint16_t>(kFrontBytes + quoted));
  ip.id = net16(next_id(worker));
  ip.ttl = kTtl;
  ip.protocol = kIcmp;
  ip.source_address = error.source.value;
  ip.destination_address = original.source_address;
  set_checksum(ip, IPv4::kBytes);
}

}  // namespace

Buffer make_icmp_error(Worker &worker, const Offender &offender, const IcmpError &error,
                       Count &suppressed) {
  if (!may_answer(offender, error.type)) {
    ++suppressed;
    return nullptr;
  }
  const std::uint32_t quoted = std::min(offender.available, error.mtu - kFrontBytes);
  const Buffer b = worker.allocate(RTE_PKTMBUF_HEADROOM, kFrontBytes + quoted);
  if (b != nullptr) write_icmp_error(worker, buffer::data(b), offender.ip, quoted, error);
  return b;
}

}  // namespace pmill::net
