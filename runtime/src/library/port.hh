// SPDX-License-Identifier: BSD-3-Clause
// A port of a library is a place where packets change hands: the application puts a burst there,
// which FromDPDKDevice receives, and finds there what ToDPDKDevice has sent.
#pragma once

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <deque>
#include <pmill/apart.hh>
#include <string>
#include <string_view>
#include <vector>

#include "../runtime.hh"

namespace pmill::library {

/// A receive queue: what the application has handed in and no element has taken yet.
struct alignas(kApart) Intake {
  rte_mbuf **next = nullptr;
  unsigned left = 0;
  std::uint64_t packets = 0, bytes = 0;
};

/// A transmit queue: what elements have sent, for the application to take. It has room for all.
struct alignas(kApart) Outlet {
  std::vector<rte_mbuf *> packets;
  bool taken = false;  // the application owns them
  std::uint64_t sent = 0, bytes = 0, left = 0;

  /// Forgets what was taken and frees what was not.
  void clear();
};

/// The port, in DPDK's table of burst functions under a number that no device has.
class Port final : public runtime::PortDriver {
 public:
  /// `number` is not used by anybody.
  explicit Port(std::uint16_t number) : number_(number) {}

  std::uint16_t number() const { return number_; }
  /// The queues that a worker receives from and sends to.
  std::vector<Intake *> &intakes(unsigned worker) { return intakes_by_worker_[worker]; }
  std::vector<Outlet *> &outlets(unsigned worker) { return outlets_by_worker_[worker]; }

  void configure(runtime::PortState &port) override;
  void start(runtime::PortState &) override {}
  PortCounts counts() override;
  void stop() override;

 private:
  std::uint16_t number_;
  bool connected_ = false;
  struct rte_eth_fp_ops before_ = {};
  // Deques, so that queues stay where they are.
  std::deque<Intake> intakes_;
  std::deque<Outlet> outlets_;
  std::vector<void *> receives_, transmits_, no_callbacks_;  // as DPDK's table has them
  std::vector<std::vector<Intake *>> intakes_by_worker_;
  std::vector<std::vector<Outlet *>> outlets_by_worker_;
};

/// All ports, in the order in which elements name them; a deque, so that they stay.
std::deque<Port> &all_ports();

/// Makes the port of a name; the rest of the runtime calls it.
bool make_port(std::string_view name, runtime::PortState &state);

}  // namespace pmill::library
