// SPDX-License-Identifier: BSD-3-Clause
// What the arguments of a net_pmill device ask for.
#pragma once

#include <cstdint>
#include <string>

#include "frame.hh"

namespace pmill::nic {

inline constexpr std::uint32_t kMostQueues = 64;

struct Settings {
  std::string rx_pcap;                 // where received frames come from
  std::uint32_t generate = 0;          // or so many flows of UDP datagrams
  std::uint32_t frame_bytes = 60;      // of such a frame, without its checksum
  std::string peer;                    // or another device, which receives what this one transmits
  std::string tx_pcap;                 // where transmitted frames are written
  bool loop = false;                   // begin the capture again at its end
  std::uint32_t queues = kMostQueues;  // at most, each way
  std::uint32_t ring = 1024;           // descriptors of a queue for which the host names no number
  HashKey rss_key;
  bool stepped = false;    // the device works when it is polled, and not otherwise
  bool preparsed = false;  // completions are prepared before the first frame is received
  std::uint64_t rate = 0;  // frames a second, whether or not there is room; 0: as there is
  bool stamp = false;      // received frames carry the time: see latency.hh
  std::string latency;     // where it is written how long transmitted ones were under way
};

/// Reads the arguments of a device, `NAME=VALUE,…`; the empty string, or what is wrong with them.
std::string read_settings(const char *text, Settings &settings);

}  // namespace pmill::nic
