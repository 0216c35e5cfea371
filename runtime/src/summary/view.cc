// SPDX-License-Identifier: BSD-3-Clause
// What of a packet is there, and can be believed.
#include <algorithm>

#include "summary.hh"

namespace pmill::summary {

View::View(const Record &packet, const WriterOptions &options) : packet(packet) {
  const std::uint8_t *const data = packet.data, *const end = data + packet.length;
  if (options.extra_length) extra_length = packet.notes.extra_length;
  if (packet.mac != nullptr && packet.mac >= data && packet.mac <= end && end - packet.mac >= 14)
    ether = packet.mac;
  find_ip(options.careful_trunc);
  if (ip != nullptr) find_transport();
  find_payload();
}

void View::complain(std::string_view what, std::int64_t value) {
  if (!bad.empty()) return;  // the first says enough
  bad = what;
  bad_value = value;
}

void View::find_ip(bool careful_trunc) {
  const std::uint8_t *const at = packet.network, *const end = packet.data + packet.length;
  if (at == nullptr) return complain("no IP header");
  const bool inside = at >= packet.data && at <= end;
  const std::uint32_t captured = inside ? static_cast<std::uint32_t>(end - at) : 0;
  if (captured < net::IPv4::kBytes) return complain("truncated IP header");
  const net::IPv4 *header = net::ipv4(at);
  if (header->version() != 4) return complain("IP version ", header->version());
  if (header->header_bytes() < net::IPv4::kBytes)
    return complain("IP header length ", header->header_bytes() / 4);
  if (header->total_bytes() < header->header_bytes())
    return complain("IP length ", header->total_bytes());
  ip = header;
  ip_captured = std::min(captured, header->total_bytes());
  if (captured < header->header_bytes()) complain("truncated IP header");
  const std::uint64_t known = std::uint64_t{captured} + extra_length;
  if (careful_trunc && known < header->total_bytes())
    complain("truncated IP missing ", static_cast<std::int64_t>(header->total_bytes() - known));
}

void View::find_transport() {
  if (ip->fragment_offset() != 0 || ip_captured < ip->header_bytes()) return;
  transport = reinterpret_cast<const std::uint8_t *>(ip) + ip->header_bytes();
  transport_captured = ip_captured - ip->header_bytes();
  switch (ip->protocol) {
    case net::kTcp:
      tcp = reinterpret_cast<const net::Tcp *>(transport);
      if (transport_captured >= 13 && tcp->header_bytes() < net::Tcp::kBytes) {
        complain("TCP header length ", tcp->header_bytes() / 4);
        tcp = nullptr;
      }
      break;
    case net::kUdp:
      udp = reinterpret_cast<const net::Udp *>(transport);
      if (transport_captured >= 6 && net16(udp->length) < net::Udp::kBytes) {
        complain("UDP length ", net16(udp->length));
        udp = nullptr;
      }
      break;
    case net::kIcmp:
      icmp = reinterpret_cast<const net::Icmp *>(transport);
      break;
    default:
      break;
  }
}

void View::find_payload() {
  if (ip == nullptr) {
    payload = {reinterpret_cast<const char *>(packet.data), packet.length};
    payload_bytes = packet.length + std::min(extra_length, UINT32_MAX - packet.length);
    return;
  }
  std::uint32_t offset = ip->header_bytes();
  if (tcp != nullptr)
    offset += transport_captured >= 13 ? tcp->header_bytes() : net::Tcp::kBytes;
  else if (udp != nullptr)
    offset += net::Udp::kBytes;
  else if (icmp != nullptr)
    offset += transport_captured >= 1 ? net::icmp_header_bytes(icmp->type) : net::Icmp::kBytes;
  const auto *begin = reinterpret_cast<const char *>(ip);
  const std::uint32_t captured = std::min(offset, ip_captured);
  payload = {begin + captured, ip_captured - captured};
  payload_bytes = ip->total_bytes() - std::min(offset, ip->total_bytes());
}

}  // namespace pmill::summary
