// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstring>
#include <pmill/net/checksum.hh>
#include <pmill/net/options.hh>

namespace pmill::net {
namespace {

/// Option types; the highest bit says that fragments have a copy.
inline constexpr std::uint8_t kEndOfOptions = 0;
inline constexpr std::uint8_t kNoOperation = 1;
inline constexpr std::uint8_t kRecordRoute = 7;
inline constexpr std::uint8_t kTimestampOption = 68;
inline constexpr std::uint8_t kLooseSourceRoute = 131;
inline constexpr std::uint8_t kStrictSourceRoute = 137;
inline constexpr std::uint8_t kCopiedFlag = 0x80;

/// Calls `use(offset, length)` for each option of `count` bytes but no-operations, until it
/// returns something other than 0, and returns that. An option whose length is impossible has
/// length 0. Ends at the end-of-options byte.
std::uint8_t each_option(const std::uint8_t *options, std::uint32_t count, auto &&use) {
  for (std::uint32_t i = 0; i < count && options[i] != kEndOfOptions;) {
    if (options[i] == kNoOperation) {
      ++i;
      continue;
    }
    std::uint32_t length = i + 1 < count ? options[i + 1] : 0;
    if (length < 2 || i + length > count) length = 0;
    if (const std::uint8_t end = use(i, length); end != 0) return end;
    if (length == 0) break;
    i += length;
  }
  return 0;
}

void put(std::uint8_t *at, IPAddress address) { std::memcpy(at, &address.value, 4); }

void put_time(std::uint8_t *at, std::int64_t now_ns) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const auto ms = static_cast<std::uint32_t>(now_ns / 1'000'000 % kDayMs);
  const std::uint32_t wire = net32(ms);
  std::memcpy(at, &wire, 4);
}

/// What is wrong with an option: the index of the bad byte in it, 0 when nothing is.
using BadIndex = std::uint8_t;

/// Records our address.
BadIndex record_route(std::uint8_t *option, std::uint32_t length, IPAddress mine) {
  if (length < 3) return 1;
  const std::uint32_t place = option[2] - 1u;  // the pointer counts from 1
  if (place == length) return 0;               // full: the packet goes on without our address
  if (option[2] < 4 || place + 4 > length) return 2;
  put(option + place, mine);
  option[2] = static_cast<std::uint8_t>(option[2] + 4);
  return 0;
}

/// Counts a router that found no room for its time.
BadIndex count_overflow(std::uint8_t *option) {
  if (option[3] >= 0xf0) return 3;
  option[3] = static_cast<std::uint8_t>(option[3] + 0x10);
  return 0;
}

/// Records the time, and our address where it is asked for.
BadIndex record_time(std::uint8_t *option, std::uint32_t length, IPAddress mine,
                     View<IPAddress> others, std::int64_t now_ns) {
  enum : std::uint8_t { kTimeOnly = 0, kWithAddress = 1, kPrespecified = 3 };
  if (length < 4) return 1;
  if (option[2] < 5) return 2;
  const std::uint8_t flag = option[3] & 0xf;
  if (flag != kTimeOnly && flag != kWithAddress && flag != kPrespecified) return 0;
  const std::uint32_t place = option[2] - 1u;
  const std::uint32_t room = flag == kTimeOnly ? 4 : 8;
  const bool fits = place + room <= length;
  if (flag == kPrespecified) {
    IPAddress wanted;
    if (fits) std::memcpy(&wanted.value, option + place, 4);
    if (!fits ||
        (wanted != mine && std::find(others.begin(), others.end(), wanted) == others.end()))
      return 0;  // not our turn
  } else if (!fits) {
    return count_overflow(option);
  } else if (flag == kWithAddress) {
    put(option + place, mine);
  }
  put_time(option + place + room - 4, now_ns);
  option[2] = static_cast<std::uint8_t>(option[2] + room);
  return 0;
}

}  // namespace

std::uint8_t process_options(IPv4 &ip, IPAddress mine, View<IPAddress> others,
                             std::int64_t now_ns) {
  auto *options = reinterpret_cast<std::uint8_t *>(&ip) + IPv4::kBytes;
  bool recorded = false;
  const auto process = [&](std::uint32_t at, std::uint32_t length) -> std::uint8_t {
    std::uint8_t *option = options + at;
    BadIndex bad = length == 0 ? 1 : 0;
    if (length != 0 && *option == kRecordRoute) {
      bad = record_route(option, length, mine);
      recorded = true;
    } else if (length != 0 && *option == kTimestampOption) {
      bad = record_time(option, length, mine, others, now_ns);
      recorded = true;
    }
    return bad == 0 ? 0 : static_cast<std::uint8_t>(IPv4::kBytes + at + bad);
  };
  const std::uint8_t bad = each_option(options, ip.header_bytes() - IPv4::kBytes, process);
  if (bad == 0 && recorded) set_checksum(ip, ip.header_bytes());
  return bad;
}

bool has_source_route(const IPv4 &ip) {
  const auto *options = reinterpret_cast<const std::uint8_t *>(&ip) + IPv4::kBytes;
  return each_option(options, ip.header_bytes() - IPv4::kBytes,
                     [&](std::uint32_t at, std::uint32_t length) -> std::uint8_t {
                       return length != 0 && (options[at] == kLooseSourceRoute ||
                                              options[at] == kStrictSourceRoute);
                     }) != 0;
}

std::uint32_t copy_fragment_options(const IPv4 &ip, std::uint8_t *out) {
  const auto *options = reinterpret_cast<const std::uint8_t *>(&ip) + IPv4::kBytes;
  std::uint32_t copied = 0;
  each_option(options, ip.header_bytes() - IPv4::kBytes,
              [&](std::uint32_t at, std::uint32_t length) -> std::uint8_t {
                if (length == 0 || (options[at] & kCopiedFlag) == 0) return 0;
                std::memcpy(out + copied, options + at, length);
                copied += length;
                return 0;
              });
  for (; copied % 4 != 0; ++copied) out[copied] = kEndOfOptions;
  return copied;
}

}  // namespace pmill::net
