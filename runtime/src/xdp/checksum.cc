// SPDX-License-Identifier: BSD-3-Clause
// A sender on the same machine leaves TCP and UDP checksums to its interface, and one without a
// wire never computes them: XDP sees a checksum that covers the pseudo header alone (RFC 9293, 3.1;
// RFC 768; RFC 8200, 8.1). A frame says nowhere that it is so. But where the field is exactly that
// sum, computing the checksum is right either way: if the packet was complete, it stays the same.
#include <cstring>
#include <pmill/xdp/checksum.hh>

namespace pmill::xdp {
namespace {

constexpr std::uint32_t kEthernet = 14, kTag = 4, kIp4 = 20, kIp6 = 40;
constexpr std::uint8_t kTcp = 6, kUdp = 17;

std::uint16_t word_at(const std::uint8_t *p) {
  std::uint16_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// The sum of 16-bit words in the order of the network, whatever the order of the machine: one's
/// complement sums do not mind (RFC 1071).
std::uint64_t sum(const std::uint8_t *data, std::uint32_t length) {
  std::uint64_t total = 0;
  for (; length >= 2; data += 2, length -= 2) total += word_at(data);
  if (length != 0) {
    const std::uint8_t last[2] = {*data, 0};
    total += word_at(last);
  }
  return total;
}

std::uint16_t fold(std::uint64_t total) {
  while (total >> 16 != 0) total = (total & 0xffff) + (total >> 16);
  return static_cast<std::uint16_t>(total);
}

std::uint16_t in_network_order(std::uint32_t value) {
  const std::uint8_t bytes[2] = {static_cast<std::uint8_t>(value >> 8),
                                 static_cast<std::uint8_t>(value)};
  return word_at(bytes);
}

std::uint32_t number_at(const std::uint8_t *p) { return std::uint32_t{p[0]} << 8 | p[1]; }

/// A TCP segment or UDP datagram, and the addresses of its pseudo header.
struct Segment {
  std::uint8_t *data = nullptr;
  std::uint32_t length = 0;
  const std::uint8_t *addresses = nullptr;
  std::uint32_t address_bytes = 0;
  std::uint8_t protocol = 0;
};

/// The segment of an IPv4 or IPv6 packet without extension headers that is whole in a frame;
/// without data when there is none.
Segment find_segment(std::uint8_t *frame, std::uint32_t length) {
  std::uint32_t at = kEthernet;
  if (length < kEthernet + kIp4) return {};
  std::uint32_t type = number_at(frame + 12);
  for (int tags = 0; tags < 2 && (type == 0x8100 || type == 0x88a8); ++tags, at += kTag) {
    if (length < at + kTag + kIp4) return {};
    type = number_at(frame + at + 2);
  }
  std::uint8_t *const ip = frame + at;
  const std::uint32_t here = length - at;
  if (type == 0x0800) {
    const std::uint32_t header = (ip[0] & 15u) * 4, total = number_at(ip + 2);
    const bool fragment = (number_at(ip + 6) & 0x3fff) != 0;
    if (ip[0] >> 4 != 4 || header < kIp4 || fragment || total > here || total < header) return {};
    return {ip + header, total - header, ip + 12, 8, ip[9]};
  }
  if (type == 0x86dd && here >= kIp6) {
    const std::uint32_t payload = number_at(ip + 4);
    if (ip[0] >> 4 != 6 || payload > here - kIp6) return {};
    return {ip + kIp6, payload, ip + 8, 32, ip[6]};
  }
  return {};
}

}  // namespace

void complete_checksum(std::uint8_t *frame, std::uint32_t length) {
  const Segment s = find_segment(frame, length);
  const bool tcp = s.protocol == kTcp;
  if (s.data == nullptr || (!tcp && s.protocol != kUdp) || s.length < (tcp ? 20u : 8u)) return;
  std::uint8_t *const field = s.data + (tcp ? 16 : 6);
  const std::uint16_t pseudo = fold(sum(s.addresses, s.address_bytes) +
                                    in_network_order(s.protocol) + in_network_order(s.length));
  if (word_at(field) != pseudo) [[likely]]
    return;
  // The field is the pseudo header's share already.
  std::uint16_t checksum = static_cast<std::uint16_t>(~fold(sum(s.data, s.length)));
  if (!tcp && checksum == 0) checksum = 0xffff;
  std::memcpy(field, &checksum, sizeof checksum);
}

}  // namespace pmill::xdp
