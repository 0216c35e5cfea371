// SPDX-License-Identifier: BSD-3-Clause
// Fragments of an IPv4 packet (RFC 791).
#pragma once

#include <cstdint>
#include <pmill/net/ip.hh>
#include <pmill/worker.hh>

namespace pmill::net {

/// A packet that is to be cut into fragments, and where its bytes lie.
struct Whole {
  IPv4 &ip;
  std::uint32_t available;  // bytes from `ip` to the packet's end
  std::uint32_t front;      // bytes in front of `ip`: the first fragment keeps them
  std::uint32_t headroom;   // of the packet
};

/// How it is to be cut.
struct Cut {
  std::uint32_t mtu;
  std::uint32_t headroom;  // of all fragments but the first
};

/// Makes the fragments of a packet, one after the other. They are all copies, so that each has a
/// buffer of its own.
class Fragments {
 public:
  /// A packet that says "don't fragment" gets an id from `random`: its sender relies on that and
  /// may give all of its packets the same one.
  Fragments(const Whole &packet, const Cut &cut, std::uint32_t &random);

  /// The next fragment for which there is a buffer; nullptr when there are no more.
  Buffer next(Worker &worker);

  // Of the fragment that next() returned:
  bool is_first() const { return is_first_; }
  std::uint32_t front() const { return is_first_ ? packet_.front : 0; }
  std::uint32_t header_bytes() const { return header_bytes_; }

 private:
  void make_header();
  Buffer copy(Worker &worker, std::uint32_t payload_bytes) const;

  Whole packet_;
  Cut cut_;
  const std::uint8_t *payload_;
  std::uint32_t payload_bytes_;
  std::uint32_t at_ = 0;  // where the next fragment begins in the payload
  std::uint32_t from_ = 0;
  std::uint32_t header_bytes_;
  bool is_first_ = true;
  std::uint8_t header_[60];
};

/// Says on standard error that a packet may not be fragmented.
[[gnu::cold]] void report_unfragmented(const IPv4 &ip, std::uint32_t length, std::uint32_t mtu);

}  // namespace pmill::net
