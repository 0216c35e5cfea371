// SPDX-License-Identifier: BSD-3-Clause
#include <rte_ether.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <pmill/frames.hh>
#include <pmill/net/ip.hh>
#include <pmill/net/link.hh>

namespace pmill {
namespace {

/// The length that a frame had on its way, of which there is a part: an IPv4 header tells how long
/// its packet is. The rings of the kernel cut what is longer than any frame of the interface.
std::uint32_t whole_length(Buffer b) {
  const std::uint32_t length = buffer::length(b);
  std::uint8_t *const data = buffer::data(b);
  std::uint8_t *const ip = net::find_ipv4(data, length, net::kLinkEthernet);
  if (ip == nullptr) return length;
  return std::max(length, static_cast<std::uint32_t>(ip - data) + net::ipv4(ip)->total_bytes());
}

/// Puts the tag back that the kernel took out of a frame.
void insert_tag(Buffer b) {
  rte_mbuf *m = buffer::lend(b);
  rte_vlan_insert(&m);
  buffer::take_back(b, m);
}

/// Moves the frame back in its buffer, as far as there is room.
void give_headroom(Buffer b, std::uint32_t wanted) {
  std::uint8_t *const data = buffer::data(b);
  const auto have = static_cast<std::uint32_t>(data - buffer::start(b));
  const auto room = static_cast<std::uint32_t>(buffer::limit(b) - data) - buffer::length(b);
  if (have >= wanted) return;
  const std::uint32_t by = std::min(wanted - have, room);
  std::memmove(data + by, data, buffer::length(b));
  buffer::set_data(b, data + by);
}

}  // namespace

void FrameIntake::begin(std::string_view interface, const SocketRequest &request) {
  cuts_ = request.snaplen != 0;
  const std::uint32_t whole = received_frame(interface, request);
  longest_ = cuts_ ? std::min(request.snaplen, whole) : whole + FrameRoom::kTagBytes;
  want_headroom(request.headroom);
}

void FrameIntake::want_headroom(std::uint32_t bytes) {
  headroom_ = bytes;
  special_ = bytes > RTE_PKTMBUF_HEADROOM;
}

bool FrameIntake::adapt(Worker &worker, Count &too_long, Buffer b) {
  // The kernel takes a VLAN tag out of the frame, and a driver may leave it beside.
  if (buffer::misses_tag(b)) insert_tag(b);
  const std::uint32_t length = buffer::length(b);
  if (length > longest_ && !cuts_) {
    ++too_long;
    worker.release(b);
    return false;
  }
  if (length > longest_) {
    missing_ = whole_length(b) - longest_;
    buffer::set_length(b, longest_);
  }
  if (special_) give_headroom(b, headroom_);
  return true;
}

void OverflowMessage::tell(std::string_view element, std::uint64_t refused, bool once) {
  const bool first = quiet_until_ == 0;
  const std::uint64_t now = Clock::cycles();
  told_ = refused;
  if (!first && (once || now < quiet_until_)) return;
  quiet_until_ = now + rte_get_tsc_hz();
  std::fprintf(stderr, "%.*s :: KernelTap: the kernel takes no more; %" PRIu64 " packets dropped\n",
               static_cast<int>(element.size()), element.data(), refused);
}

}  // namespace pmill
