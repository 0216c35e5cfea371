// SPDX-License-Identifier: BSD-3-Clause
#include "port.hh"

#include <algorithm>
#include <bit>
#include <cstdio>

#include "../device_options.hh"

namespace pmill::xdp {
namespace {

using runtime::PortState;
using runtime::Receiver;
using runtime::Transmitter;

constexpr unsigned kMostRing = 1u << 15;

/// The entries of a ring for which elements want `descriptors`, 0: as many as is usual.
std::uint32_t ring_for(unsigned descriptors, const Interface &interface) {
  const unsigned wanted = descriptors != 0 ? descriptors : usual_ring(interface);
  return std::bit_ceil(std::clamp(wanted, 64u, kMostRing));
}

const std::string &some_label(const PortState &port) {
  return port.receivers.empty() ? port.transmitters.front()->label : port.receivers.front()->label;
}

void note(const PortState &port, const std::string &text) {
  std::fprintf(stderr, "note: %s: %s\n", port.name.c_str(), text.c_str());
}

}  // namespace

void Port::claim(const std::string &label) {
  if (receives_) return;
  receives_ = true;
  if (const int owner = claim_.take(interface_.index); owner != 0)
    fail(label,
         "another program of pmill's receives from " + runtime::quoted(interface_.name) +
             (owner > 0 ? ": process " + std::to_string(owner) : ""),
         "end it, or let one program do both: an interface has one XDP program");
  if (const int error = program_.load(interface_.receive_queues); error != 0)
    explain(label, interface_, "load an XDP program for", error);
  const Program::Result result = program_.attach(interface_.index);
  if (result.obstacle == Program::Obstacle::other_program)
    fail(label,
         "the interface " + runtime::quoted(interface_.name) +
             " has an XDP program already: " + result.other,
         "end the program that has attached it, or take it off: ip link set " + interface_.name +
             " xdp off");
  if (result.obstacle == Program::Obstacle::error)
    explain(label, interface_, "attach an XDP program to", result.error);
}

void Port::configure(PortState &port) {
  refuse_options(port);
  const auto ndesc = [](const QueueRequest &r) { return r.ndesc; };
  port.rx_descriptors = static_cast<std::uint16_t>(
      ring_for(runtime::agreed<Receiver>(port, port.receivers, "NDESC", 0u, ndesc), interface_));
  port.tx_descriptors = static_cast<std::uint16_t>(ring_for(
      runtime::agreed<Transmitter>(port, port.transmitters, "NDESC", 0u, ndesc), interface_));
  const Chunks chunks = memory_of(port);
  // A socket serves its queue in both directions.
  for (unsigned q = 0; q < std::max(port.rx_queues, port.tx_queues); ++q)
    open_queue(port, some_label(port), q, chunks);
  connection_.make(port, lanes_);
}

void Port::open_queue(const PortState &port, const std::string &label, unsigned number,
                      const Chunks &chunks) {
  Lane &lane = lanes_.emplace_back();
  const SocketPlan plan{.interface = interface_.index,
                        .queue = number,
                        .umem = chunks.memory,
                        .sibling = number == 0 ? nullptr : &lanes_.front().socket,
                        .chunk = chunks.bytes,
                        .receive_ring = port.rx_descriptors,
                        .transmit_ring = port.tx_descriptors,
                        .busy_polling = interface_.busy_polling,
                        .copy = !chunks.in_one_page};
  const Socket::Failure failure = lane.socket.open(plan);
  if (failure.step != Socket::Step::none) explain(label, interface_, number, failure);
  const bool receives = number < port.rx_queues && !port.receivers.empty();
  if (!lane.begin(chunks, port.id, interface_.in_software, receives ? port.rx_descriptors : 0))
    fail(label, "there are not enough buffers for the rings of " + port.name,
         "ask for more (--buffers N), or for fewer descriptors (NDESC)");
}

void Port::start(PortState &port) {
  const auto wants_all = [](const Receiver *e) { return e->request.promisc; };
  if (std::any_of(port.receivers.begin(), port.receivers.end(), wants_all))
    if (const int error = promiscuity_.begin(interface_.index); error != 0)
      explain(some_label(port), interface_, "receive frames for anybody from", error);
  if (receives_)
    for (unsigned q = 0; q < port.rx_queues; ++q)
      if (const int error = program_.direct(q, lanes_[q].socket.descriptor()); error != 0)
        explain(some_label(port), interface_, "direct frames to a socket from", error);
  tell_about(port);
}

/// What makes the port slow, or lets frames pass it by, and is not plain to see.
void Port::tell_about(const PortState &port) const {
  if (receives_ && program_.generic())
    note(port, "the interface's driver runs no XDP programs, so the kernel does, more slowly");
  if (!lanes_.front().socket.zero_copy())
    note(port, "the kernel copies frames: the interface has no zero-copy mode for sockets");
  if (receives_ && port.rx_queues < interface_.receive_queues)
    note(port, "frames of " + std::to_string(interface_.receive_queues - port.rx_queues) + " of " +
                   std::to_string(interface_.receive_queues) +
                   " queues go to the kernel (ethtool -L tells how many an interface has)");
}

PortCounts Port::counts() {
  PortCounts sum;
  for (const Lane &lane : lanes_) {
    const SocketCounts kernel = lane.socket.counts();
    const PortCounts own = lane.counts();
    sum.rx_packets += own.rx_packets, sum.rx_bytes += own.rx_bytes;
    sum.rx_missed += kernel.ring_full, sum.rx_no_buffer += kernel.no_chunk;
    sum.rx_errors += kernel.invalid;
    sum.tx_packets += own.tx_packets, sum.tx_bytes += own.tx_bytes;
    sum.tx_errors += own.tx_errors;
  }
  return sum;
}

void Port::stop() {
  program_.detach();
  for (Lane &lane : lanes_) lane.end();
  connection_.end();
  for (Lane &lane : lanes_) lane.socket.close();
}

}  // namespace pmill::xdp
