// SPDX-License-Identifier: BSD-3-Clause
// An interface whose frames are received and transmitted through AF_XDP sockets, as a port.
#pragma once

#include <algorithm>
#include <bit>
#include <deque>
#include <memory>
#include <vector>

#include "../runtime.hh"
#include "interface.hh"
#include "lane.hh"
#include "program.hh"

namespace pmill::xdp {

/// Entries of a ring for which elements name no number. With 1024, a sender of the same machine
/// fills the ring while the program waits for its CPU; where frames are spread over many queues,
/// fewer do: for each socket the kernel keeps a record of every chunk of the UMEM.
inline std::uint16_t usual_ring(const Interface &interface) {
  constexpr unsigned kMost = 2048, kAll = 8192, kLeast = 256;
  const unsigned queues = std::max(interface.receive_queues, interface.transmit_queues);
  return static_cast<std::uint16_t>(std::bit_floor(std::clamp(kAll / queues, kLeast, kMost)));
}

class Port final : public runtime::PortDriver {
 public:
  /// Finds the interface; ends the program, in the name of `label`, when it cannot be used.
  Port(const std::string &label, const std::string &name)
      : interface_(find_interface(label, name)) {}

  const Interface &interface() const { return interface_; }
  /// Makes this program the one that receives from the interface. Its frames go on to the kernel
  /// until the port starts.
  void claim(const std::string &label);

  void configure(runtime::PortState &port) override;
  void start(runtime::PortState &port) override;
  PortCounts counts() override;
  void stop() override;

 private:
  void open_queue(const runtime::PortState &port, const std::string &label, unsigned number,
                  const Chunks &chunks);
  void tell_about(const runtime::PortState &port) const;

  Interface interface_;
  Claim claim_;
  bool receives_ = false;
  Program program_;
  Promiscuity promiscuity_;
  std::deque<Lane> lanes_;
  Connection connection_;
};

/// Ends the program when an element asks for what an AF_XDP socket cannot do.
void refuse_options(const runtime::PortState &port);
/// Ends the program because a socket could not be opened for a queue.
[[noreturn]] void explain(const std::string &label, const Interface &interface, unsigned queue,
                          Socket::Failure failure);
/// Ends the program because a step that needs rights failed with an errno.
[[noreturn]] void explain(const std::string &label, const Interface &interface,
                          const std::string &what, int error);

}  // namespace pmill::xdp
