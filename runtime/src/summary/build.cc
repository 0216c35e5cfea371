// SPDX-License-Identifier: BSD-3-Clause
// Makes packets of what records say about them.
#include <algorithm>
#include <pmill/net/checksum.hh>
#include <pmill/net/ether.hh>

#include "summary.hh"

namespace pmill::summary {
namespace {

constexpr std::uint32_t kEtherBytes = 14, kIPv6Bytes = 40, kMostIpBytes = 65535;
constexpr std::uint16_t kEtherTypeIPv6 = 0x86dd;
constexpr std::uint8_t kDccp = 33, kSctp = 132, kUdpLite = 136;

/// A header under construction; what is not put is what was there.
struct Header {
  std::uint8_t *at;
  const Draft &draft;

  void put(unsigned offset, unsigned bytes, std::uint64_t value) const {
    for (unsigned i = bytes; i-- > 0; value >>= 8)
      at[offset + i] = static_cast<std::uint8_t>(value);
  }
  void put(unsigned offset, unsigned bytes, Slot slot) const {
    if (draft.has(slot)) put(offset, bytes, draft.get(slot));
  }
};

/// Whether any of the slots from `first` to `last` is given.
bool has_any(const Draft &d, Slot first, Slot last) {
  const auto low = static_cast<unsigned>(first), high = static_cast<unsigned>(last);
  return (d.given >> low & ((std::uint64_t{1} << (high - low + 1)) - 1)) != 0;
}

/// The flow of a packet: what its record says, and for the rest that of the dump. Packets of the
/// other direction belong to the other half of the flow.
struct Flow {
  std::uint64_t source, destination, source_port, destination_port;
  bool has_source, has_destination, has_ports;
  std::uint8_t protocol;

  Flow(const Draft &d, const Making &making) {
    FlowId f = making.flow;
    if ((d.get(Slot::paint) & 1) != 0) {
      std::swap(f.source, f.destination);
      std::swap(f.source_port, f.destination_port);
    }
    const auto pick = [&](Slot slot, std::uint64_t other) {
      return d.has(slot) ? d.get(slot) : other;
    };
    source = pick(Slot::source, f.source.host());
    destination = pick(Slot::destination, f.destination.host());
    source_port = pick(Slot::source_port, f.source_port);
    destination_port = pick(Slot::destination_port, f.destination_port);
    has_source = f.given || d.has(Slot::source);
    has_destination = f.given || d.has(Slot::destination);
    has_ports = f.given || has_any(d, Slot::source_port, Slot::destination_port);
    protocol = find_protocol(d, f.protocol != 0 ? f.protocol : making.protocol);
  }

  /// Values that only one protocol has tell which it is.
  static std::uint8_t find_protocol(const Draft &d, std::uint8_t other) {
    if (d.has(Slot::protocol)) return static_cast<std::uint8_t>(d.get(Slot::protocol));
    if (has_any(d, Slot::sequence, Slot::tcp_options)) return net::kTcp;
    if (has_any(d, Slot::udp_length, Slot::udp_sum)) return net::kUdp;
    return has_any(d, Slot::icmp_type, Slot::next_mtu) ? net::kIcmp : other;
  }
};

std::uint8_t icmp_type(const Draft &d) {
  if (d.has(Slot::icmp_type)) return static_cast<std::uint8_t>(d.get(Slot::icmp_type));
  if (d.has(Slot::next_mtu)) return net::kUnreachable;
  return has_any(d, Slot::icmp_id, Slot::icmp_sequence) ? net::kEcho : 0;
}

class Builder {
 public:
  Builder(const Draft &draft, const Making &making)
      : d_(draft), making_(making), flow_(d_, making) {
    if (has_any(d_, Slot::ether_source, Slot::ether_type)) link_ = kEtherBytes;
    const std::uint16_t wanted = d_.is_ipv6 ? kEtherTypeIPv6 : net::kEtherTypeIP;
    is_ip_ = !d_.has(Slot::ether_type) || d_.get(Slot::ether_type) == wanted ||
             has_any(d_, Slot::source, Slot::next_mtu);
    if (is_ip_) measure_headers();
    measure();
  }

  void build(Random &random, std::vector<std::uint8_t> &bytes, Record &record) {
    bytes.resize(link_ + captured_);
    if (making_.options.zero)
      std::fill(bytes.begin(), bytes.end(), 0);
    else
      random.fill(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
    record = {};
    record.data = bytes.data();
    record.length = static_cast<std::uint32_t>(bytes.size());
    std::uint8_t *const ip = bytes.data() + link_;
    std::uint8_t *const transport = ip + ip_bytes_;
    if (link_ != 0) {
      record.mac = bytes.data();
      put_ether({bytes.data(), d_});
    }
    std::copy(d_.payload.begin(), d_.payload.end(), transport + transport_bytes_);
    if (is_ip_) {
      d_.is_ipv6 ? put_ipv6({ip, d_}) : put_ipv4({ip, d_});
      if (transport_bytes_ + ported_bytes_ != 0) put_transport({transport, d_});
      if (making_.options.checksum) put_checksums(ip, transport);
      record.network = ip;
      record.transport = transport;
      if (!d_.is_ipv6) record.destination = net::ipv4(ip)->destination();
    }
    take_notes(record.notes);
  }

 private:
  bool is_fragment() const { return !d_.is_ipv6 && (d_.get(Slot::fragment) & 0x3fff) != 0; }

  void measure_headers() {
    const auto options = static_cast<std::uint32_t>(d_.ip_options.size());
    const auto said = static_cast<std::uint32_t>(d_.get(Slot::header_bytes));
    ip_bytes_ = d_.is_ipv6 ? kIPv6Bytes : std::max(net::IPv4::kBytes + options, (said + 3) / 4 * 4);
    if (!d_.is_ipv6 && (d_.get(Slot::fragment) & net::IPv4::kOffsetMask) != 0) return;
    switch (flow_.protocol) {
      case net::kTcp:
        transport_bytes_ =
            std::max(net::Tcp::kBytes + static_cast<std::uint32_t>(d_.tcp_options.size()),
                     static_cast<std::uint32_t>(d_.get(Slot::offset) + 3) / 4 * 4);
        break;
      case net::kUdp:
        transport_bytes_ = net::Udp::kBytes;
        break;
      case kDccp:
      case kSctp:
      case kUdpLite:
        if (flow_.has_ports) ported_bytes_ = flow_.protocol == kUdpLite ? 8 : 12;
        break;
      case net::kIcmp:
        transport_bytes_ = d_.is_ipv6 ? 0 : net::icmp_header_bytes(icmp_type(d_));
        break;
      default:
        break;
    }
  }

  /// Finds the length that the IP header says, what there is of it, and what is missing.
  void measure() {
    const std::uint64_t headers = ip_bytes_ + transport_bytes_;
    const std::uint64_t there = headers + std::max<std::uint64_t>(d_.payload.size(), ported_bytes_);
    const std::uint64_t wire = d_.get(Slot::wire_bytes);
    declared_ = there;
    if (d_.has(Slot::length))
      declared_ = d_.get(Slot::length);
    else if (d_.has(Slot::wire_bytes))
      declared_ = std::max(there, wire - std::min<std::uint64_t>(wire, link_));
    else if (d_.has(Slot::payload_bytes))
      declared_ = std::max(there, headers + d_.get(Slot::payload_bytes));
    captured_ = there;
    if (is_ip_ && making_.options.checksum)
      captured_ = std::max(there, std::min<std::uint64_t>(declared_, kMostIpBytes));
    const std::uint64_t whole = std::max(wire, link_ + declared_);
    extra_ = whole - std::min(whole, link_ + captured_);
  }

  void put_ether(const Header &to) const {
    to.put(0, 6, Slot::ether_destination);
    to.put(6, 6, Slot::ether_source);
    to.put(12, 2, d_.is_ipv6 ? kEtherTypeIPv6 : net::kEtherTypeIP);
    to.put(12, 2, Slot::ether_type);
  }

  void put_ipv4(const Header &to) const {
    const std::uint64_t said = d_.has(Slot::header_bytes) ? d_.get(Slot::header_bytes) : ip_bytes_;
    to.put(0, 1, 0x40 | (said / 4 & 15));
    to.put(1, 1, Slot::tos);
    to.put(2, 2, std::min<std::uint64_t>(declared_, kMostIpBytes));
    to.put(4, 2, Slot::id);
    to.put(6, 2, d_.get(Slot::fragment));
    to.put(8, 1, Slot::ttl);
    to.put(9, 1, flow_.protocol);
    to.put(10, 2, Slot::ip_sum);
    if (flow_.has_source) to.put(12, 4, flow_.source);
    if (flow_.has_destination) to.put(16, 4, flow_.destination);
    std::copy(d_.ip_options.begin(), d_.ip_options.end(), to.at + net::IPv4::kBytes);
  }

  void put_ipv6(const Header &to) const {
    const std::uint64_t behind = declared_ - std::min<std::uint64_t>(declared_, kIPv6Bytes);
    to.put(0, 4, 0x60000000 | d_.get(Slot::tos) << 20);
    to.put(4, 2, std::min<std::uint64_t>(behind, kMostIpBytes));
    to.put(6, 1, flow_.protocol);
    to.put(7, 1, Slot::ttl);
    std::copy(d_.source6.begin(), d_.source6.end(), to.at + 8);
    std::copy(d_.destination6.begin(), d_.destination6.end(), to.at + 24);
  }

  void put_transport(const Header &to) const {
    if (flow_.protocol == net::kIcmp) return put_icmp(to);
    if (flow_.has_ports) {
      to.put(0, 2, flow_.source_port);
      to.put(2, 2, flow_.destination_port);
    }
    if (flow_.protocol == net::kTcp) put_tcp(to);
    if (flow_.protocol != net::kUdp) return;
    const std::uint64_t length = declared_ - std::min<std::uint64_t>(declared_, ip_bytes_);
    to.put(4, 2, std::min<std::uint64_t>(length, kMostIpBytes));
    to.put(4, 2, Slot::udp_length);
    to.put(6, 2, Slot::udp_sum);
  }

  void put_tcp(const Header &to) const {
    const std::uint64_t said = d_.has(Slot::offset) ? d_.get(Slot::offset) : transport_bytes_;
    to.put(4, 4, Slot::sequence);
    to.put(8, 4, Slot::acknowledgment);
    to.put(12, 1, (said / 4 & 15) << 4 | (d_.get(Slot::flags) >> 8 & 1));
    to.put(13, 1, Slot::flags);
    to.put(14, 2, Slot::window);
    to.put(16, 2, Slot::tcp_sum);
    to.put(18, 2, Slot::urgent);
    std::copy(d_.tcp_options.begin(), d_.tcp_options.end(), to.at + net::Tcp::kBytes);
  }

  void put_icmp(const Header &to) const {
    const bool names_mtu = d_.has(Slot::next_mtu) && !d_.has(Slot::icmp_type);
    to.put(0, 1, icmp_type(d_));
    to.put(1, 1, names_mtu ? net::kNeedFragmentation : 0);
    to.put(1, 1, Slot::icmp_code);
    to.put(4, 2, Slot::icmp_id);
    to.put(6, 2, Slot::icmp_sequence);
    to.put(6, 2, Slot::next_mtu);
  }

  /// Computes what the record does not say. Of a fragment, the whole is not known.
  void put_checksums(std::uint8_t *ip, std::uint8_t *transport) const {
    const auto count = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(declared_, ip_bytes_, captured_) - ip_bytes_);
    if (!d_.is_ipv6 && !d_.has(Slot::ip_sum)) net::set_checksum(*net::ipv4(ip), ip_bytes_);
    const bool is_tcp = flow_.protocol == net::kTcp, is_udp = flow_.protocol == net::kUdp;
    const bool is_icmp = flow_.protocol == net::kIcmp && !d_.is_ipv6;
    const unsigned at = is_tcp ? 16 : is_udp ? 6 : 2;
    const bool given = (is_tcp && d_.has(Slot::tcp_sum)) || (is_udp && d_.has(Slot::udp_sum));
    if (!(is_tcp || is_udp || is_icmp) || given || is_fragment() || count < transport_bytes_)
      return;
    std::memset(transport + at, 0, 2);
    std::uint16_t sum = is_icmp ? net::checksum(transport, count)
                        : d_.is_ipv6
                            ? ipv6_checksum(ip, transport, count)
                            : net::checksum_with_pseudo_header(*net::ipv4(ip), transport, count);
    if (is_udp && sum == 0) sum = 0xffff;
    std::memcpy(transport + at, &sum, 2);
  }

  /// The checksum with the pseudo header of IPv6 (RFC 8200 8.1).
  static std::uint16_t ipv6_checksum(const std::uint8_t *ip, const std::uint8_t *transport,
                                     std::uint32_t count) {
    std::uint8_t pseudo[40]{};
    std::memcpy(pseudo, ip + 8, 32);
    const std::uint32_t length = net32(count);
    std::memcpy(pseudo + 32, &length, 4);
    pseudo[39] = ip[6];
    std::uint32_t sum = 0xffffu & ~net::checksum(pseudo, sizeof pseudo);
    sum += 0xffffu & ~net::checksum(transport, count);
    return static_cast<std::uint16_t>(~((sum & 0xffff) + (sum >> 16)));
  }

  void take_notes(Notes &notes) const {
    notes.timestamp = static_cast<std::int64_t>(d_.get(Slot::timestamp));
    notes.first_timestamp = static_cast<std::int64_t>(d_.get(Slot::first_timestamp));
    notes.aggregate = d_.has(Slot::aggregate) ? static_cast<std::uint32_t>(d_.get(Slot::aggregate))
                                              : making_.aggregate;
    notes.extra_length = static_cast<std::uint32_t>(std::min<std::uint64_t>(extra_, UINT32_MAX));
    const std::uint64_t count = d_.get(Slot::count);
    notes.extra_packets = static_cast<std::uint32_t>(count - (count != 0));
    notes.paint = static_cast<std::uint8_t>(d_.get(Slot::paint));
  }

  const Draft &d_;
  const Making &making_;
  Flow flow_;
  bool is_ip_ = true;
  std::uint32_t link_ = 0, ip_bytes_ = 0, transport_bytes_ = 0;
  std::uint32_t ported_bytes_ = 0;  // of a header of which only ports are known: it is payload
  std::uint64_t declared_ = 0;      // bytes of the IP packet, as it says
  std::uint64_t captured_ = 0;      // that are there
  std::uint64_t extra_ = 0;         // bytes of the packet that are not
};

}  // namespace

void build(const Draft &draft, const Making &making, Random &random,
           std::vector<std::uint8_t> &bytes, Record &record) {
  Builder(draft, making).build(random, bytes, record);
}

}  // namespace pmill::summary
