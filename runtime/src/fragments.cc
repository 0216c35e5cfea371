// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <pmill/net/checksum.hh>
#include <pmill/net/fragments.hh>
#include <pmill/net/options.hh>
#include <pmill/text.hh>

namespace pmill::net {
namespace {

std::uint16_t next_random(std::uint32_t &x) {  // xorshift
  x ^= x << 13, x ^= x >> 17, x ^= x << 5;
  return static_cast<std::uint16_t>(x);
}

void describe(IPv4 &header, const IPv4 &original, std::uint32_t total, std::uint32_t offset,
              bool last) {
  header.total_length = net16(static_cast<std::uint16_t>(total));
  const std::uint32_t more = last ? 0 : IPv4::kMoreFragments;
  const std::uint32_t field = net16(original.fragment) + offset / 8;
  header.fragment = net16(static_cast<std::uint16_t>(field | more));
}

}  // namespace

Fragments::Fragments(const Whole &packet, const Cut &cut, std::uint32_t &random)
    : packet_(packet), cut_(cut), header_bytes_(packet.ip.header_bytes()) {
  payload_ = reinterpret_cast<const std::uint8_t *>(&packet.ip) + header_bytes_;
  payload_bytes_ = packet.available - header_bytes_;
  IPv4 &ip = packet.ip;
  if (ip.dont_fragment()) {
    ip.id = next_random(random);
    ip.fragment &= static_cast<std::uint16_t>(~net16(IPv4::kDontFragment));
  }
}

Buffer Fragments::next(Worker &worker) {
  while (at_ < payload_bytes_) {
    is_first_ = at_ == 0;
    make_header();
    from_ = at_;
    const std::uint32_t count = std::min((cut_.mtu - header_bytes_) & ~7u, payload_bytes_ - at_);
    at_ += count;
    const bool last = at_ == payload_bytes_ && !packet_.ip.more_fragments();
    describe(*ipv4(header_), packet_.ip, header_bytes_ + count, from_, last);
    set_checksum(*ipv4(header_), header_bytes_);
    if (const Buffer b = copy(worker, count); b != nullptr) return b;
  }
  return nullptr;
}

/// The first fragment has all options, the others those that are to be copied.
void Fragments::make_header() {
  if (is_first_) {
    std::memcpy(header_, &packet_.ip, header_bytes_);
    return;
  }
  std::memcpy(header_, &packet_.ip, IPv4::kBytes);
  header_bytes_ = IPv4::kBytes + copy_fragment_options(packet_.ip, header_ + IPv4::kBytes);
  ipv4(header_)->version_and_words = static_cast<std::uint8_t>(0x40 | header_bytes_ / 4);
}

Buffer Fragments::copy(Worker &worker, std::uint32_t count) const {
  const std::uint32_t before = front();
  const Buffer b =
      worker.allocate(is_first_ ? packet_.headroom : cut_.headroom, before + header_bytes_ + count);
  if (b == nullptr) return nullptr;
  std::uint8_t *to = buffer::data(b);
  std::memcpy(to, reinterpret_cast<const std::uint8_t *>(&packet_.ip) - before, before);
  std::memcpy(to + before, header_, header_bytes_);
  std::memcpy(to + before + header_bytes_, payload_ + from_, count);
  return b;
}

void report_unfragmented(const IPv4 &ip, std::uint32_t length, std::uint32_t mtu) {
  TextLine(stderr)
      .text("IPFragmenter(")
      .number(mtu)
      .text(") DF ")
      .address(ip.source())
      .character(' ')
      .address(ip.destination())
      .text(" len=")
      .number(length);
}

}  // namespace pmill::net
