// SPDX-License-Identifier: BSD-3-Clause
#include "instance.hh"

#include <rte_lcore.h>

#include <csetjmp>

#include "../control/control.hh"

namespace pmill::library {
namespace {

using runtime::state;
using runtime::Workers;

/// Everything there is from start to stop.
struct Instance {
  Setup setup;
  Workers workers;
  std::vector<Port *> ports;  // by the numbers that the application has for them
  std::vector<char> began;    // by worker; not bits, which threads would share
  bool runs = false;
};
Instance *g_instance = nullptr;

// A configuration that cannot start ends a program, but not the application. What was made until
// then stays where it is: there is no second start.
std::jmp_buf g_before_start;
bool g_starts = false;

void leave(std::string_view message) {
  if (!g_starts) return;
  error() = message;
  std::longjmp(g_before_start, 1);
}

void check(const rte_mempool *pool, const Setup &setup) {
  // Functions of DPDK's, which want it changeable.
  auto *of = const_cast<rte_mempool *>(pool);
  if (rte_pktmbuf_priv_size(of) < kBufferPrivateBytes)
    fail("",
         "the pool's mbufs have private areas of " + std::to_string(rte_pktmbuf_priv_size(of)) +
             " bytes, and elements need " + std::to_string(kBufferPrivateBytes),
         "make the pool with the PRIVATE_BYTES of the library's header");
  const std::size_t needed = setup.data_bytes() + RTE_PKTMBUF_HEADROOM;
  if (rte_pktmbuf_data_room_size(of) < needed)
    fail("",
         "the pool's mbufs have room for " + std::to_string(rte_pktmbuf_data_room_size(of)) +
             " bytes, and elements need " + std::to_string(needed),
         "make the pool with larger buffers");
}

/// As `run` does it in a program, without EAL, signals and devices.
void begin(rte_mempool *pool, unsigned workers) {
  runtime::State &s = state();
  Instance &own = *g_instance;
  pmill_program.configure(own.setup);
  check(pool, own.setup);
  s.setup = &own.setup;
  s.given_pool = pool;
  s.worker_count = workers;
  s.workers = std::make_unique<WorkerStatus[]>(workers);
  s.clock.start();
  runtime::assign_ports(own.setup, workers);
  for (std::size_t w = 0; w < workers; ++w) {
    // Threads are the application's: none is an lcore that runs beside whoever asks.
    s.workers[w].lcore = rte_get_main_lcore();
    s.workers[w].watches = workers == 1;
  }
  for (runtime::PortState &port : runtime::ports()) runtime::configure_port(port);
  own.workers = runtime::make_workers(pmill_program);
  runtime::Control::instance().start();
  runtime::start_ports();
  for (std::size_t i = 0; i < pmill_library_port_count; ++i) {
    Port *found = nullptr;
    for (const runtime::PortState &port : runtime::ports())
      if (port.name == pmill_library_ports[i]) found = static_cast<Port *>(port.driver);
    own.ports.push_back(found);
  }
  own.began.resize(workers);
  own.runs = true;
}

/// What the application did not take in time is freed.
void clear_outlets(unsigned worker) {
  for (Port &port : all_ports())
    for (Outlet *outlet : port.outlets(worker)) outlet->clear();
}

unsigned turn(unsigned worker) {
  g_instance->began[worker] = 1;
  const WorkerStatus &status = state().workers[worker];
  const unsigned moved = pmill_program.turn(*status.worker).moved;
  if (status.watches && runtime::Control::instance().active()) runtime::Control::instance().turn();
  return moved;
}

Port *port_of(unsigned port) {
  return port < g_instance->ports.size() ? g_instance->ports[port] : nullptr;
}

}  // namespace

std::string &error() {
  static thread_local std::string text;
  return text;
}

bool runs() { return g_instance != nullptr && g_instance->runs; }

bool start(rte_mempool *pool, unsigned workers) {
  if (g_instance != nullptr) return error() = "it was started before, and starts once", false;
  if (pool == nullptr) return error() = "there is no pool", false;
  if (workers == 0) return error() = "there is no worker", false;
  g_instance = new Instance;
  state().library = {make_port, leave};
  if (setjmp(g_before_start) != 0) {
    g_starts = false;
    for (Port &port : all_ports()) port.stop();
    return false;
  }
  g_starts = true;
  begin(pool, workers);
  g_starts = false;
  return true;
}

void stop() {
  Instance &own = *g_instance;
  own.runs = false;
  runtime::stop_program();
  for (auto &worker : own.workers) pmill_program.flush(*worker);
  runtime::Control::instance().end();
  for (auto &worker : own.workers) pmill_program.finish(*worker);
  for (auto &worker : own.workers) {
    pmill_program.flush(*worker);
    worker->end_burst();
  }
  runtime::stop_ports();
  own.workers.clear();
}

unsigned process(unsigned worker, unsigned port, rte_mbuf **packets, unsigned n) {
  clear_outlets(worker);
  Port *to = port_of(port);
  if (to == nullptr || to->intakes(worker).empty())
    return error() = "this worker receives nothing from port " + std::to_string(port), 0;
  if (n == 0) return 0;
  if (packets[0]->priv_size < kBufferPrivateBytes)
    return error() = "the packets are of a pool whose private areas are too small", 0;
  // What an element finds in its first round waited before the start, and CLEAR drops it.
  if (g_instance->began[worker] == 0) turn(worker);
  Intake &in = *to->intakes(worker).front();
  in.next = packets;
  in.left = n;
  // An element has several queues at most, and looks at one of them in a round.
  const std::size_t patience = to->intakes(worker).size();
  std::size_t in_vain = 0;
  while (in.left != 0 && in_vain < patience) {
    const unsigned before = in.left;
    turn(worker);
    in_vain = in.left == before ? in_vain + 1 : 0;
  }
  const unsigned taken = n - in.left;
  in.left = 0;
  if (taken != n) error() = "the element of port " + std::to_string(port) + " receives no more";
  return taken;
}

unsigned poll(unsigned worker) {
  clear_outlets(worker);
  return turn(worker);
}

unsigned sent(unsigned worker, unsigned port, rte_mbuf ***packets) {
  Port *from = port_of(port);
  if (from == nullptr) return 0;
  for (Outlet *outlet : from->outlets(worker)) {
    if (outlet->taken || outlet->packets.empty()) continue;
    outlet->taken = true;
    *packets = outlet->packets.data();
    return static_cast<unsigned>(outlet->packets.size());
  }
  return 0;
}

}  // namespace pmill::library
