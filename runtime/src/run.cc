// SPDX-License-Identifier: BSD-3-Clause
// The life of a program around its loop: pools, workers, the reasons to stop.
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mempool.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <csignal>

#include "runtime.hh"

namespace pmill::runtime {
namespace {

constexpr unsigned kPoolCache = 256;
/// Room for what a worker has in hand: a burst received, made, released and queued.
constexpr std::size_t kBurstsInHand = 4 * 256;
constexpr std::size_t kSmallestPool = 4095;

std::atomic<bool> *g_stop_flag = nullptr;

extern "C" void on_deadline(int) { g_stop_flag->store(true, std::memory_order_relaxed); }

extern "C" void on_stop_signal(int number) {
  // The first asks for a clean end. A terminal and `pmill run` may both deliver it; whoever
  // insists beyond that wants out at once.
  static volatile std::sig_atomic_t times = 0;
  times = times + 1;
  if (times > 2) _exit(128 + number);
  g_stop_flag->store(true, std::memory_order_relaxed);
}

void catch_signals() {
  g_stop_flag = state().stop;
  struct sigaction action{};
  action.sa_handler = on_deadline;
  sigaction(SIGALRM, &action, nullptr);
  action.sa_handler = on_stop_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// The deadline is a signal, so that the loop need not look at the time.
void set_deadline(double seconds) {
  if (seconds <= 0) return;
  double whole = 0;
  const double fraction = std::modf(seconds, &whole);
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(whole);
  timer.it_value.tv_usec =
      std::max<suseconds_t>(whole < 1 ? 1 : 0, static_cast<suseconds_t>(fraction * 1e6));
  setitimer(ITIMER_REAL, &timer, nullptr);
}

/// The ports that --expect names, and how many packets each must have seen.
struct Expected {
  std::uint16_t port;
  std::uint64_t packets;
};
std::vector<Expected> g_expected;

void find_expected(const Options &options) {
  for (const auto &e : options.expect) {
    const auto named = [&](const PortState &p) {
      return std::to_string(p.id) == e.port || p.name == e.port;
    };
    const auto port = std::find_if(ports().begin(), ports().end(), named);
    if (port == ports().end() || port->receivers.empty())
      fail("", "--expect names port " + quoted(e.port) + ", from which nothing receives",
           "name a port that a FromDPDKDevice reads");
    g_expected.push_back({port->id, e.packets});
  }
}

bool expectations_met() {
  return std::all_of(g_expected.begin(), g_expected.end(), [](const Expected &e) {
    const PortCounts c = port_counts(e.port);
    return c.rx_packets + c.rx_missed + c.rx_errors + c.rx_no_buffer >= e.packets;
  });
}

std::size_t descriptor_sum() {
  std::size_t n = 0;
  for (const PortState &p : ports()) {
    const auto ring = [](unsigned wanted, unsigned preferred) {
      return std::max<std::size_t>({256, wanted, preferred});
    };
    for (const auto *e : p.receivers)
      n += p.rx_queues * ring(e->request.ndesc, p.info.default_rxportconf.ring_size);
    for (const auto *e : p.transmitters)
      n += p.tx_queues * ring(e->request.ndesc, p.info.default_txportconf.ring_size);
  }
  return n;
}

std::vector<unsigned> g_lcores;
void (*g_loop)(WorkerStatus &) = nullptr;

int launched(void *argument) {
  const std::size_t worker = *static_cast<const std::size_t *>(argument);
  g_loop(state().workers[worker]);
  return 0;
}

/// Whether every worker had nothing to do, or is done, after it had `seen` idle iterations.
bool all_idle_since(const std::vector<std::uint64_t> &seen) {
  for (std::size_t w = 0; w < state().worker_count; ++w) {
    const WorkerStatus &s = state().workers[w];
    const bool running = s.watches || rte_eal_get_lcore_state(s.lcore) == RUNNING;
    if (running && s.idle.load(std::memory_order_relaxed) == seen[w]) return false;
  }
  return true;
}

std::vector<std::uint64_t> idle_counts() {
  std::vector<std::uint64_t> counts;
  for (std::size_t w = 0; w < state().worker_count; ++w)
    counts.push_back(state().workers[w].idle.load(std::memory_order_relaxed));
  return counts;
}

}  // namespace

std::size_t PoolPlan::bytes() const {
  rte_mempool_objsz size{};
  const auto element = sizeof(rte_mbuf) + kBufferPrivateBytes + data_room;
  rte_mempool_calc_obj_size(static_cast<std::uint32_t>(element), 0, &size);
  // The ring of the pool and the objects that do not fit to the end of a page come on top.
  return buffers * (size.total_size + 16) * 17 / 16 + (std::size_t{1} << 20);
}

PoolPlan plan_pool(const Setup &setup, std::size_t workers, std::size_t descriptors,
                   std::size_t captured, const Options &options) {
  std::size_t data = setup.data_bytes();
  for (const auto &e : setup.receive())
    if (const unsigned mtu = wanted_mtu(e.request); mtu != 0)
      data = std::max<std::size_t>(data, mtu + RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN + 2 * 4);
  if (data > UINT16_MAX - RTE_PKTMBUF_HEADROOM)
    fail("", "packets of " + std::to_string(data) + " bytes do not fit into a buffer",
         "keep to " + std::to_string(UINT16_MAX - RTE_PKTMBUF_HEADROOM) + " bytes");
  std::size_t waiting = 0;
  for (const auto &e : setup.transmit()) waiting += e.request.iqueue;
  const std::size_t each = kBurstsInHand + setup.kept() + waiting + kPoolCache * 3 / 2;
  const std::size_t wanted = workers * each + descriptors + captured * 5 / 4;
  PoolPlan plan;
  plan.data_room = std::min<std::size_t>((data + RTE_PKTMBUF_HEADROOM + 63) / 64 * 64, UINT16_MAX);
  // One less than a power of two is what the ring behind a pool holds.
  plan.buffers = options.buffers != 0 ? options.buffers
                                      : std::max(kSmallestPool, std::bit_ceil(wanted + 1) - 1);
  return plan;
}

BufferPool pool_of(int socket) {
  auto &pools = state().pools;
  if (const auto found = pools.find(socket); found != pools.end()) return found->second;
  const PoolPlan &plan = state().pool_plan;
  const auto cache = static_cast<unsigned>(
      std::min<std::size_t>({kPoolCache, plan.buffers * 2 / 3, RTE_MEMPOOL_CACHE_MAX_SIZE}));
  const auto make = [&](int where) {
    return rte_pktmbuf_pool_create(("pmill-" + std::to_string(socket)).c_str(),
                                   static_cast<unsigned>(plan.buffers), cache, kBufferPrivateBytes,
                                   static_cast<std::uint16_t>(plan.data_room), where);
  };
  BufferPool pool = make(socket);
  if (pool == nullptr) pool = make(SOCKET_ID_ANY);
  if (pool == nullptr) {
    const std::string megabytes = std::to_string((plan.bytes() >> 20) + 1);
    fail("",
         "not enough memory for " + std::to_string(plan.buffers) + " buffers of " +
             std::to_string(plan.data_room) + " bytes, which take " + megabytes + " MB",
         "give DPDK more (-- -m MEGABYTES), or take fewer buffers (--buffers N)");
  }
  return pools[socket] = pool;
}

void start(const Options &options, const Setup &setup, bool has_work, std::atomic<bool> &stop) {
  State &s = state();
  s.options = options;
  s.setup = &setup;
  s.stop = &stop;
  if (!has_work)
    fail("", "there is nothing to do: no element of the configuration makes or receives packets",
         "add a source, such as FromDPDKDevice, FromDump or InfiniteSource");
  catch_signals();
  start_eal(options, setup);

  g_lcores = worker_lcores();
  s.worker_count = g_lcores.size();
  s.workers = std::make_unique<WorkerStatus[]>(s.worker_count);
  s.clock.start();
  assign_ports(setup, static_cast<unsigned>(s.worker_count));
  find_expected(options);
  s.pool_plan = plan_pool(setup, s.worker_count, descriptor_sum(),
                          captured_packets(virtual_devices(options.eal)), options);
  for (std::size_t w = 0; w < s.worker_count; ++w) {
    s.workers[w].lcore = g_lcores[w];
    s.workers[w].watches = s.worker_count == 1 && !g_expected.empty();
    pool_of(static_cast<int>(rte_lcore_to_socket_id(g_lcores[w])));
  }
  for (PortState &port : ports()) pool_of(port.socket);
  for (PortState &port : ports()) configure_port(port);
}

std::span<WorkerStatus> workers() { return {state().workers.get(), state().worker_count}; }

void equip(Worker &worker, WorkerStatus &status) {
  status.worker = &worker;
  worker.index = static_cast<unsigned>(&status - state().workers.get());
  worker.count = static_cast<unsigned>(state().worker_count);
  worker.clock = state().clock;
  worker.pool = pool_of(static_cast<int>(rte_lcore_to_socket_id(status.lcore)));
}

void start_ports() {
  for (PortState &port : ports()) start_port(port);
}

void run_workers(void (*loop)(WorkerStatus &)) {
  State &s = state();
  set_deadline(s.options.duration);
  const std::uint64_t begin = Clock::cycles();
  if (s.workers[0].lcore == rte_get_main_lcore()) {
    loop(s.workers[0]);
  } else {
    g_loop = loop;
    std::vector<std::size_t> indices(s.worker_count);
    for (std::size_t w = 0; w < s.worker_count; ++w) {
      indices[w] = w;
      rte_eal_remote_launch(launched, &indices[w], s.workers[w].lcore);
    }
    const auto running = [&] {
      return std::any_of(g_lcores.begin(), g_lcores.end(),
                         [](unsigned l) { return rte_eal_get_lcore_state(l) == RUNNING; });
    };
    while (running()) {
      usleep(1000);
      if (!g_expected.empty()) watch();
    }
    rte_eal_mp_wait_lcore();
  }
  s.seconds = static_cast<double>(Clock::cycles() - begin) / static_cast<double>(rte_get_tsc_hz());
  s.stop->store(true, std::memory_order_relaxed);
  set_deadline(0);
}

void watch() {
  static std::uint64_t calls = 0;
  static std::uint64_t met_at = 0;  // TSC
  static std::vector<std::uint64_t> idle_then;
  if (met_at != 0) {
    // A source without an end never lets its worker be idle; two seconds are patience enough.
    const bool patient = Clock::cycles() - met_at < 2 * rte_get_tsc_hz();
    if (all_idle_since(idle_then) || !patient) state().stop->store(true, std::memory_order_relaxed);
    return;
  }
  // Devices count slowly; the first calls look at once, so that short runs end at once. By
  // number, not by time: a run on a fixed trace must take the same instructions every time.
  if (++calls > 64 && calls % 64 != 0) return;
  if (!expectations_met()) return;
  met_at = Clock::cycles();
  idle_then = idle_counts();
}

void stop_ports() {
  for (PortState &port : ports()) {
    if (!port.started) continue;
    port.started = false;
    port.counts = port_counts(port.id);
    rte_eth_dev_stop(port.id);
    rte_eth_dev_close(port.id);
  }
}

/// All counters, in the order of the instances.
std::vector<CounterInfo> list_counters(View<InstanceInfo> instances) {
  std::vector<CounterInfo> all;
  for (const InstanceInfo &i : instances)
    for (const CounterSpec &c : std::span(i.counters, i.counter_count))
      all.push_back({.element = i.name,
                     .element_class = i.element_class,
                     .name = c.name,
                     .doc = c.doc,
                     .kind = c.kind,
                     .output = c.output,
                     .connected = c.output >= 0 && (i.connected >> c.output & 1) != 0});
  return all;
}

/// Adds what a worker counted. States that all workers share count for the first alone.
void add_counters(const ProgramInfo &program, const Worker &worker,
                  std::vector<CounterInfo> &counters) {
  std::vector<const void *> states(program.instances.size());
  program.find_states(worker, states.data());
  std::size_t next = 0;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const InstanceInfo &instance = program.instances[i];
    for (const CounterSpec &c : std::span(instance.counters, instance.counter_count)) {
      CounterInfo &counter = counters[next++];
      if (instance.shared && worker.index != 0) continue;
      const auto *at = static_cast<const std::byte *>(states[i]) + c.offset;
      counter.value += reinterpret_cast<const Count *>(at)->value;
    }
  }
}

void finish(const ProgramInfo &program) {
  State &s = state();
  Report report;
  report.program = program.name;
  report.seconds = s.seconds;
  report.counters = list_counters(program.instances);
  for (const WorkerStatus &w : workers())
    report.workers.push_back({.lcore = w.lcore,
                              .packets = w.packets,
                              .busy_cycles = w.busy_cycles,
                              .no_buffer = w.worker->no_buffer.value,
                              .loops = w.worker->loops.value});
  for (const WorkerStatus &w : workers()) add_counters(program, *w.worker, report.counters);
  print_report(report, s.options.stats);
  stop_eal();
}

}  // namespace pmill::runtime

namespace pmill {

int run(int argc, char **argv, const ProgramInfo &program) {
  const Options options = parse_options(argc, argv, program.name);
  Setup setup;
  program.configure(setup);
  runtime::start(options, setup, program.has_work, program.stop);

  std::vector<std::unique_ptr<Worker, void (*)(Worker *)>> workers;
  for (WorkerStatus &status : runtime::workers()) {
    workers.emplace_back(program.make(), program.destroy);
    runtime::equip(*workers.back(), status);
  }
  for (auto &worker : workers) program.initialize(*worker);

  runtime::start_ports();
  runtime::run_workers(program.loop);

  // Everything still queued leaves before anything is closed, and what finish() sends, too.
  for (auto &worker : workers) program.flush(*worker);
  for (auto &worker : workers) program.finish(*worker);
  for (auto &worker : workers) {
    program.flush(*worker);
    worker->end_burst();
  }
  runtime::stop_ports();
  runtime::verify_captures(runtime::virtual_devices(options.eal));
  runtime::finish(program);
  return runtime::state().failed.load(std::memory_order_relaxed) ? 1 : 0;
}

}  // namespace pmill
