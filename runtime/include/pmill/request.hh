// SPDX-License-Identifier: BSD-3-Clause
// What device elements ask of a port. The members mean what the arguments of FromDPDKDevice and
// ToDPDKDevice mean; several elements on one port ask together, and contradictions are errors.
// Texts and lists belong to the arguments, which live as long as the program.
#pragma once

#include <cstdint>
#include <pmill/handler.hh>
#include <pmill/values.hh>
#include <span>
#include <string_view>

namespace pmill {

/// How received packets are spread over queues; `unset` is rss where there are several queues
/// and the device can.
enum class RxMode : std::uint8_t { unset, none, rss, vmdq, vmdq_rss, vmdq_dcb, vmdq_dcb_rss, flow };
/// Which directions of Ethernet flow control are on.
enum class PauseMode : std::uint8_t { unset, none, rx, tx, full };
/// Whether every worker polls queues of its own or all poll the same.
enum class Scale : std::uint8_t { parallel, share };
/// What a core does while its queues stay empty.
enum class PowerManagement : std::uint8_t { none, monitor, pause, scale };

/// Which queues of a port an element wants, and how the port is to be set up for either side.
struct QueueRequest {
  int queue = -1;     // first queue, -1: the next free ones
  int n_queues = -1;  // -1: one a worker
  unsigned max_queues = 128;
  unsigned ndesc = 0;  // 0: what the driver likes
  unsigned burst = 32;
  bool ipco = false, tco = false, uco = false;  // checksums in hardware: IP, TCP, UDP
  bool active = true;
  bool allow_nonexistent = false;
  int verbose = 0;
};

struct RxRequest : QueueRequest {
  int max_threads = -1;
  int thread_offset = -1;  // first worker, -1: the one with the least to do
  int home = kAnyWorker;   // the only worker, where one is named
  unsigned min_queues = 1;
  bool promisc = true;
  bool vlan_filter = false, vlan_strip = false, vlan_extend = false;
  bool lro = false;
  bool jumbo = false;
  EtherAddress mac{};  // all zero: the device's own
  unsigned mtu = 0;    // 0: the device's own
  RxMode mode = RxMode::unset;
  unsigned max_rss = 0;    // 0: all queues
  unsigned reta_size = 0;  // 0: the device's own
  bool timestamp = false;
  bool rss_aggregate = false;
  PauseMode pause = PauseMode::unset;
  int rx_intr = -1;
  PowerManagement power = PowerManagement::none;
  bool numa = true;
  int numa_node = -1;
  Scale scale = Scale::parallel;
  unsigned vf_pools = 0;
  View<std::uint16_t> vf_vlan;
  bool flow_isolate = false;
  std::string_view flow_rules_file;
};

/// Where and how the control protocol is served.
struct ControlRequest {
  enum class Type : std::uint8_t { tcp, unix_socket, socket };
  Type type = Type::tcp;
  std::string_view address;  // a port, a path, or the number of an open file
  bool read_only = false;
  bool verbose = false;
  int retries = 0;
  bool warns = true;
};

struct TxRequest : QueueRequest {
  bool tso = false;
  unsigned iqueue = 1024;  // packets that wait when the device takes no more
};

}  // namespace pmill
