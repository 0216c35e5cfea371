// SPDX-License-Identifier: BSD-3-Clause
#include "frames.hh"

#include <pcap/pcap.h>
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include <algorithm>
#include <cstring>

namespace pmill::nic {
namespace {

/// Frames begin at even addresses, as their headers are then aligned as DPDK's functions want it.
constexpr std::size_t even(std::size_t bytes) { return (bytes + 1) / 2 * 2; }

}  // namespace

std::string Frames::load(const Settings &settings) {
  frames_.clear();
  bytes_.clear();
  endless_ = settings.loop || settings.generate != 0;
  if (settings.generate != 0) generate(settings.generate, settings.frame_bytes);
  return settings.rx_pcap.empty() ? "" : read(settings.rx_pcap);
}

std::string Frames::read(const std::string &path) {
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t *file = pcap_open_offline(path.c_str(), error);
  if (file == nullptr) return error;
  std::string wrong;
  if (pcap_datalink(file) != DLT_EN10MB) wrong = path + " does not hold Ethernet frames";
  std::vector<std::pair<std::size_t, std::size_t>> places;  // beginning and length
  pcap_pkthdr *header = nullptr;
  const u_char *data = nullptr;
  int found = 0;
  while (wrong.empty() && (found = pcap_next_ex(file, &header, &data)) == 1) {
    places.emplace_back(bytes_.size(), header->caplen);
    bytes_.insert(bytes_.end(), data, data + header->caplen);
    bytes_.resize(even(bytes_.size()));
  }
  if (wrong.empty() && found != PCAP_ERROR_BREAK) wrong = path + ": " + pcap_geterr(file);
  pcap_close(file);
  for (const auto &[begin, length] : places) frames_.emplace_back(bytes_.data() + begin, length);
  return wrong;
}

/// UDP datagrams from 10.0.0.0/8 to port 9 of an address in 198.18.0.0/15, which is there for
/// benchmarks (RFC 2544); flows differ in their source and its port.
void Frames::generate(std::uint32_t flows, std::uint32_t bytes) {
  bytes_.resize(std::size_t{flows} * even(bytes));
  for (std::uint32_t flow = 0; flow < flows; ++flow) {
    std::uint8_t *at = bytes_.data() + std::size_t{flow} * even(bytes);
    auto *ether = reinterpret_cast<rte_ether_hdr *>(at);
    auto *ip = reinterpret_cast<rte_ipv4_hdr *>(ether + 1);
    auto *udp = reinterpret_cast<rte_udp_hdr *>(ip + 1);
    ether->dst_addr = {{0x02, 0, 0, 0, 0, 0x01}};
    ether->src_addr = {{0x02, 0, 0, 0, 0, 0x02}};
    ether->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
    ip->version_ihl = RTE_IPV4_VHL_DEF;
    ip->total_length = rte_cpu_to_be_16(static_cast<std::uint16_t>(bytes - sizeof *ether));
    ip->time_to_live = 64;
    ip->next_proto_id = IPPROTO_UDP;
    ip->src_addr = rte_cpu_to_be_32(RTE_IPV4(10, 0, 0, 0) + flow);
    ip->dst_addr = rte_cpu_to_be_32(RTE_IPV4(198, 18, 0, 1));
    ip->hdr_checksum = rte_ipv4_cksum(ip);
    udp->src_port = rte_cpu_to_be_16(static_cast<std::uint16_t>(1024 + flow % 60000));
    udp->dst_port = rte_cpu_to_be_16(9);
    udp->dgram_len =
        rte_cpu_to_be_16(static_cast<std::uint16_t>(bytes - sizeof *ether - sizeof *ip));
    udp->dgram_cksum = rte_ipv4_udptcp_cksum(ip, udp);
    frames_.emplace_back(at, bytes);
  }
}

std::string Capture::create(const std::string &path) {
  close();
  pcap_t *none =
      pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 65535, PCAP_TSTAMP_PRECISION_NANO);
  pcap_dumper_t *file = pcap_dump_open(none, path.c_str());
  std::string wrong = file == nullptr ? pcap_geterr(none) : "";
  pcap_close(none);
  file_ = file;
  return wrong;
}

void Capture::write(Frame frame, std::uint64_t ns) {
  pcap_pkthdr header{};
  header.ts.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
  header.ts.tv_usec = static_cast<suseconds_t>(ns % 1'000'000'000);
  header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
  pcap_dump(static_cast<u_char *>(file_), &header, frame.data());
}

void Capture::flush() { pcap_dump_flush(static_cast<pcap_dumper_t *>(file_)); }

void Capture::close() {
  if (file_ != nullptr) pcap_dump_close(static_cast<pcap_dumper_t *>(file_));
  file_ = nullptr;
}

}  // namespace pmill::nic
