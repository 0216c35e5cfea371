// SPDX-License-Identifier: BSD-3-Clause
#include "frame.hh"

#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_net.h>
#include <rte_tcp.h>
#include <rte_thash.h>
#include <rte_udp.h>

#include <algorithm>

namespace pmill::nic {
namespace {

constexpr std::uint8_t kDefaultKey[kKeyBytes] = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

/// The frame as librte_net wants it: an mbuf of one segment.
rte_mbuf as_mbuf(std::span<const std::uint8_t> frame) {
  rte_mbuf m{};
  m.buf_addr = const_cast<std::uint8_t *>(frame.data());
  m.buf_len = m.data_len = static_cast<std::uint16_t>(std::min<std::size_t>(frame.size(), 65535));
  m.pkt_len = m.data_len;
  m.nb_segs = 1;
  return m;
}

/// The headers of a frame: where they begin, and what they are.
struct Headers {
  std::span<const std::uint8_t> frame;
  std::uint32_t type;
  std::uint32_t l3;
  std::uint32_t l4;

  template <typename T>
  const T *at(std::uint32_t offset) const {
    return offset + sizeof(T) <= frame.size() ? reinterpret_cast<const T *>(&frame[offset])
                                              : nullptr;
  }
  bool is_ipv4() const { return RTE_ETH_IS_IPV4_HDR(type); }
  bool is_ipv6() const { return RTE_ETH_IS_IPV6_HDR(type); }
  bool is_tcp() const { return (type & RTE_PTYPE_L4_MASK) == RTE_PTYPE_L4_TCP; }
  bool is_udp() const { return (type & RTE_PTYPE_L4_MASK) == RTE_PTYPE_L4_UDP; }
};

void check_ip(const Headers &h, Completion &c) {
  const auto *ip = h.at<rte_ipv4_hdr>(h.l3);
  if (!h.is_ipv4() || ip == nullptr || h.l3 + rte_ipv4_hdr_len(ip) > h.frame.size()) return;
  const std::uint16_t sum = rte_raw_cksum(ip, rte_ipv4_hdr_len(ip));
  c.flags |= sum == 0xffff ? completion::kIpGood : completion::kIpBad;
}

/// A checksum is judged when the whole segment is there, as the network header says it is long.
void check_l4(const Headers &h, Completion &c) {
  if (!h.is_tcp() && !h.is_udp()) return;
  const std::uint8_t *l4 = h.frame.data() + h.l4;
  bool good = false;
  if (h.is_udp()) {
    const auto *udp = h.at<rte_udp_hdr>(h.l4);
    if (udp == nullptr || rte_be_to_cpu_16(udp->dgram_len) > h.frame.size() - h.l4) return;
    if (h.is_ipv4() && udp->dgram_cksum == 0) return;  // the sender made none
  } else if (h.at<rte_tcp_hdr>(h.l4) == nullptr) {
    return;
  }
  if (h.is_ipv4()) {
    const auto *ip = h.at<rte_ipv4_hdr>(h.l3);
    if (ip == nullptr || h.l3 + std::size_t{rte_be_to_cpu_16(ip->total_length)} > h.frame.size() ||
        rte_be_to_cpu_16(ip->total_length) < h.l4 - h.l3)
      return;
    good = rte_ipv4_udptcp_cksum_verify(ip, l4) == 0;
  } else {
    const auto *ip = h.at<rte_ipv6_hdr>(h.l3);
    // librte_net takes all of the payload for the segment: no headers may lie in between.
    if (ip == nullptr || h.l4 != h.l3 + sizeof *ip ||
        h.l4 + std::size_t{rte_be_to_cpu_16(ip->payload_len)} > h.frame.size())
      return;
    good = rte_ipv6_udptcp_cksum_verify(ip, l4) == 0;
  }
  c.flags |= good ? completion::kL4Good : completion::kL4Bad;
}

/// The words that are hashed: addresses, and ports where the kind of frame has them.
struct Tuple {
  std::uint32_t words[9];
  std::uint32_t count = 0;

  void add(const void *from, std::uint32_t bytes) {
    std::memcpy(words + count, from, bytes);
    count += bytes / 4;
  }
};

Tuple tuple_of(const Headers &h, std::uint64_t types) {
  Tuple t;
  const bool v4 = h.is_ipv4(), ports = h.at<std::uint32_t>(h.l4) != nullptr;
  const bool tcp =
      ports && h.is_tcp() &&
      (types & (v4 ? RTE_ETH_RSS_NONFRAG_IPV4_TCP : RTE_ETH_RSS_NONFRAG_IPV6_TCP)) != 0;
  const bool udp =
      ports && h.is_udp() &&
      (types & (v4 ? RTE_ETH_RSS_NONFRAG_IPV4_UDP : RTE_ETH_RSS_NONFRAG_IPV6_UDP)) != 0;
  const bool addresses = (types & (v4 ? RTE_ETH_RSS_IPV4 : RTE_ETH_RSS_IPV6)) != 0;
  if (!tcp && !udp && !addresses) return t;
  if (const auto *ip = h.at<rte_ipv4_hdr>(h.l3); v4 && ip != nullptr)
    t.add(&ip->src_addr, 8);
  else if (const auto *ip6 = h.at<rte_ipv6_hdr>(h.l3); h.is_ipv6() && ip6 != nullptr)
    t.add(&ip6->src_addr, 32);  // an array until DPDK 24.11, an object since
  if (t.count != 0 && (tcp || udp)) t.add(h.frame.data() + h.l4, 4);
  return t;
}

}  // namespace

const std::uint64_t kHashTypes = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6 |
                                 RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV4_UDP |
                                 RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_NONFRAG_IPV6_UDP;

HashKey::HashKey() : HashKey(std::span<const std::uint8_t, kKeyBytes>(kDefaultKey)) {}

HashKey::HashKey(std::span<const std::uint8_t, kKeyBytes> bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_);
  for (std::uint32_t i = 0; i < kKeyBytes / 4; ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes_ + 4 * i, 4);
    words_[i] = rte_be_to_cpu_32(word);
  }
}

HashKey HashKey::symmetric() {
  std::uint8_t bytes[kKeyBytes];
  for (std::uint32_t i = 0; i < kKeyBytes; ++i) bytes[i] = i % 2 == 0 ? 0x6d : 0x5a;
  return HashKey(bytes);
}

std::uint32_t HashKey::hash(std::span<const std::uint32_t> words) const {
  std::uint32_t input[kKeyBytes / 4];
  const std::size_t count = std::min<std::size_t>(words.size(), kKeyBytes / 4 - 1);
  for (std::size_t i = 0; i < count; ++i) input[i] = rte_be_to_cpu_32(words[i]);
  return rte_softrss_be(input, static_cast<std::uint32_t>(count),
                        reinterpret_cast<const std::uint8_t *>(words_));
}

void describe(std::span<const std::uint8_t> frame, const HashKey &key, std::uint64_t hash_types,
              Completion &c) {
  const rte_mbuf m = as_mbuf(frame);
  rte_net_hdr_lens lens{};
  c.length = m.data_len;
  c.flags = 0;
  c.mark = c.rss_hash = 0;
  c.vlan_tci = 0;
  c.packet_type =
      rte_net_get_ptype(&m, &lens, RTE_PTYPE_L2_MASK | RTE_PTYPE_L3_MASK | RTE_PTYPE_L4_MASK);
  const Headers h{frame, c.packet_type, lens.l2_len,
                  static_cast<std::uint32_t>(lens.l2_len + lens.l3_len)};
  if (const auto *ether = h.at<rte_ether_hdr>(0);
      ether != nullptr && ether->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN))
    if (const auto *tag = h.at<rte_vlan_hdr>(sizeof *ether); tag != nullptr) {
      c.vlan_tci = rte_be_to_cpu_16(tag->vlan_tci);
      c.flags |= completion::kVlan;
    }
  check_ip(h, c);
  check_l4(h, c);
  if (const Tuple tuple = tuple_of(h, hash_types); tuple.count != 0) {
    c.rss_hash = key.hash({tuple.words, tuple.count});
    c.flags |= completion::kHash;
  }
}

}  // namespace pmill::nic
