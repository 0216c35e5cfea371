// SPDX-License-Identifier: BSD-3-Clause
// The ICMP header (RFC 792), read in place. Fields keep network order.
#pragma once

#include <cstdint>
#include <pmill/values.hh>

namespace pmill::net {

/// ICMP types and codes that pmill treats by name.
inline constexpr std::uint8_t kEchoReply = 0;
inline constexpr std::uint8_t kUnreachable = 3;
inline constexpr std::uint8_t kSourceQuench = 4;
inline constexpr std::uint8_t kRedirect = 5;
inline constexpr std::uint8_t kEcho = 8;
inline constexpr std::uint8_t kTimeExceeded = 11;
inline constexpr std::uint8_t kParameterProblem = 12;
inline constexpr std::uint8_t kTimestampRequest = 13;
inline constexpr std::uint8_t kTimestampReply = 14;
inline constexpr std::uint8_t kInformationRequest = 15;
inline constexpr std::uint8_t kInformationReply = 16;
inline constexpr std::uint8_t kMaskRequest = 17;
inline constexpr std::uint8_t kMaskReply = 18;
inline constexpr std::uint8_t kNeedFragmentation = 4;  // code of kUnreachable

/// An ICMP header; it may lie at any address. What the last four bytes are depends on the type.
struct [[gnu::packed]] Icmp {
  static constexpr std::uint32_t kBytes = 8;

  std::uint8_t type;
  std::uint8_t code;
  std::uint16_t checksum;
  union [[gnu::packed]] {
    std::uint32_t unused;
    std::uint32_t gateway;  // kRedirect
    struct [[gnu::packed]] {
      std::uint16_t id, sequence;  // kEcho, kEchoReply
    } echo;
    struct [[gnu::packed]] {
      std::uint16_t unused, next_mtu;  // kUnreachable, kNeedFragmentation (RFC 1191)
    } path;
    std::uint8_t pointer;  // kParameterProblem
  };
};
static_assert(sizeof(Icmp) == Icmp::kBytes && alignof(Icmp) == 1);

/// Whether messages of a type report errors; nobody may answer those with another error.
constexpr bool is_error_type(std::uint8_t type) {
  return type == kUnreachable || type == kSourceQuench || type == kRedirect ||
         type == kTimeExceeded || type == kParameterProblem;
}

/// Whether messages of a type have an id and a sequence number.
constexpr bool has_icmp_id(std::uint8_t type) {
  return type == kEcho || type == kEchoReply || (type >= kTimestampRequest && type <= kMaskReply);
}

/// Bytes of a message of a type in front of what it carries (RFC 792, RFC 950).
constexpr std::uint32_t icmp_header_bytes(std::uint8_t type) {
  if (type == kTimestampRequest || type == kTimestampReply) return 20;
  return type == kMaskRequest || type == kMaskReply ? 12 : Icmp::kBytes;
}

}  // namespace pmill::net
