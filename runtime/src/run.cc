// SPDX-License-Identifier: BSD-3-Clause
// The life of a program around its loop: pools, workers, the reasons to stop.
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>
#include <sys/random.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <csignal>

#include "control/control.hh"
#include "runtime.hh"

namespace pmill::runtime {
namespace {

extern "C" void on_deadline(int) { stop_program(); }

extern "C" void on_stop_signal(int number) {
  // The first asks for a clean end, about which a script may decide. A terminal and `pmill run`
  // may both deliver it; whoever insists beyond that wants an end, and then out at once.
  static volatile std::sig_atomic_t times = 0;
  times = times + 1;
  if (times > 3) _exit(128 + number);
  if (times == 1) wish_to_stop();
  if (times == 3) stop_program();
}

void catch_signals() {
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
  WorkerStatus &status = state().workers[*static_cast<const std::size_t *>(argument)];
  g_loop(status);
  status.over.store(true, std::memory_order_release);
  return 0;
}

}  // namespace

void start(const Options &options, const Setup &setup, bool has_work) {
  State &s = state();
  s.options = options;
  s.setup = &setup;
  if (!has_work && !Control::instance().active() && options.reads.empty() && options.exit.empty() &&
      !options.forever && !options.check)
    fail("", "there is nothing to do: no element of the configuration makes or receives packets",
         "add a source, such as FromDPDKDevice, FromDump or InfiniteSource");
  if (options.simulated && !setup.kernel_ports().empty())
    fail(setup.kernel_ports().front().label,
         "a simulated clock cannot serve a real network: the peers have the real time",
         "leave --simtime out, or test with captures: FromDump and ToDump");
  catch_signals();
  if (s.xdp.claim_interfaces != nullptr) s.xdp.claim_interfaces(setup, options);
  start_eal(options, setup);

  g_lcores = worker_lcores();
  s.worker_count = g_lcores.size();
  s.workers = std::make_unique<WorkerStatus[]>(s.worker_count);
  s.clock.start();
  if (options.simulated) {
    if (s.worker_count > 1)
      fail("",
           "a simulated clock serves one worker, and there are " + std::to_string(s.worker_count),
           "name one lcore: -- -l 0");
    s.clock.simulate(options.epoch, options.tick);
  }
  if (s.kernel.make_ports != nullptr)
    s.kernel.make_ports(setup, static_cast<unsigned>(s.worker_count));
  assign_ports(setup, static_cast<unsigned>(s.worker_count));
  for (const VirtualDevice &device : virtual_devices(options.eal))
    for (PortState &port : ports())
      port.whole = port.whole || (port.name == device.name && keeps_captures(device));
  find_expected(options);
  s.pool_plan = plan_pool(setup, s.worker_count, descriptor_sum(),
                          captured_packets(virtual_devices(options.eal)), options);
  for (std::size_t w = 0; w < s.worker_count; ++w) {
    s.workers[w].lcore = g_lcores[w];
    s.workers[w].alone = s.worker_count == 1 && !options.forever;
    // Simulated time goes on for packets and for control together.
    s.workers[w].watches =
        s.worker_count == 1 && (options.simulated || g_lcores[w] == rte_get_main_lcore());
    s.workers[w].naps = options.adaptive && !options.simulated;
    if (options.simulated && Control::instance().active()) s.workers[w].busy_rounds = 1;
    mbufs_of(static_cast<int>(rte_lcore_to_socket_id(g_lcores[w])));
  }
  for (PortState &port : ports()) mbufs_of(port.socket);
  for (PortState &port : ports()) configure_port(port);
}

/// Where a worker's random numbers begin: the same in every run only if an element says where.
std::uint32_t seed_of(unsigned worker) {
  std::uint32_t seed = state().setup->seed().value_or(0);
  // Bytes that are not there leave the seed as it is: no number is wrong.
  if (!state().setup->seed() && getrandom(&seed, sizeof seed, GRND_NONBLOCK) < 0)
    seed = static_cast<std::uint32_t>(Clock::cycles());
  return seed + worker;
}

std::span<WorkerStatus> workers() { return {state().workers.get(), state().worker_count}; }

void equip(Worker &worker, WorkerStatus &status) {
  status.worker = &worker;
  worker.index = static_cast<unsigned>(&status - state().workers.get());
  worker.count = static_cast<unsigned>(state().worker_count);
  worker.clock = state().clock;
  worker.random.seed(seed_of(worker.index));
  worker.pool = pool_of(status);
}

Workers make_workers(const ProgramInfo &program) {
  Workers all;
  for (WorkerStatus &status : workers()) {
    all.emplace_back(program.make(), program.destroy);
    equip(*all.back(), status);
  }
  refuse_crowds(program);
  for (auto &worker : all) program.initialize(*worker);
  Control::instance().begin(program, workers());
  return all;
}

void start_ports() {
  for (PortState &port : ports()) start_port(port);
}

void run_workers(void (*loop)(WorkerStatus &)) {
  State &s = state();
  if (!s.options.simulated) set_deadline(s.options.duration);
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
      if (s.workers[0].watches) {  // control is the worker's: only it may look at its files
        usleep(1000);
        continue;
      }
      Control::instance().wait(1000);
      watch();
    }
    rte_eal_mp_wait_lcore();
    // EAL waits in its own way; by this what the workers wrote is here to be read.
    for (const WorkerStatus &w : workers())
      while (!w.over.load(std::memory_order_acquire)) rte_pause();
  }
  s.seconds = static_cast<double>(Clock::cycles() - begin) / static_cast<double>(rte_get_tsc_hz());
  if (s.options.simulated)
    s.seconds =
        static_cast<double>(s.workers[0].worker->clock.simulated_now() - s.options.epoch) / 1e9;
  stop_program();
  set_deadline(0);
}

/// Some devices still send while they stop, and some forget what they counted.
PortCounts latest(PortCounts before, const PortCounts &after) {
  for (const auto count : {&PortCounts::rx_packets, &PortCounts::rx_bytes, &PortCounts::rx_missed,
                           &PortCounts::rx_errors, &PortCounts::rx_no_buffer,
                           &PortCounts::tx_packets, &PortCounts::tx_bytes, &PortCounts::tx_errors})
    before.*count = std::max(before.*count, after.*count);
  return before;
}

void stop_ports() {
  for (PortState &port : ports()) {
    if (!port.started) continue;
    port.started = false;
    port.counts = port_counts(port.id);
    if (port.driver != nullptr) {
      port.driver->stop();
      continue;
    }
    rte_eth_dev_stop(port.id);
    port.counts = latest(port.counts, port_counts(port.id));
    empty_queues(port);
    rte_eth_dev_close(port.id);
  }
}

/// All counters, in the order of the instances.
std::vector<CounterInfo> list_counters(View<InstanceInfo> instances) {
  std::vector<CounterInfo> all;
  for (const InstanceInfo &i : instances)
    for (const CounterSpec &c : i.counters)
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
void add_counters(const ProgramInfo &program, Worker &worker, std::vector<CounterInfo> &counters) {
  std::vector<const void *> states(program.instances.size());
  program.find_states(worker, states.data());
  std::size_t next = 0;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const InstanceInfo &instance = program.instances[i];
    for (const CounterSpec &c : instance.counters) {
      CounterInfo &counter = counters[next++];
      if (instance.shared && worker.index != 0) continue;
      const auto *at = static_cast<const std::byte *>(states[i]) + c.offset;
      counter.value += reinterpret_cast<const Count *>(at)->value;
    }
  }
}

void finish(const ProgramInfo &program, const BufferCounts &buffers) {
  State &s = state();
  Report report;
  report.program = program.name;
  report.seconds = s.seconds;
  report.buffers = buffers;
  report.counters = list_counters(program.instances);
  for (const WorkerStatus &w : workers())
    report.workers.push_back({.lcore = w.lcore,
                              .packets = w.packets,
                              .busy_cycles = w.busy_cycles,
                              .no_buffer = w.worker->no_buffer.value,
                              .loops = w.worker->loops.value});
  Stretches stretches;
  for (const WorkerStatus &w : workers()) stretches.add(w.stretches);
  report.median_cycles = stretches.median();
  for (const WorkerStatus &w : workers()) add_counters(program, *w.worker, report.counters);
  for (std::size_t i = 0; i < program.crossed.size(); ++i) {
    const Link &link = program.links[i];
    report.crossed.push_back(
        {.from = program.instances[link.from].name,
         .output = link.output,
         .to = program.instances[link.to].name,
         .input = link.input,
         .push = std::tolower(program.instances[link.from].outputs[link.output]) == 'h',
         .packets = *program.crossed[i]});
  }
  for (const DecisionCounts &d : program.decided)
    report.decided.push_back({program.instances[d.instance].name, d.steps});
  print_report(report, s.options.stats);
  stop_eal();
}

}  // namespace pmill::runtime

namespace pmill {

int run(int argc, char **argv, const ProgramInfo &program) {
  const Options options = parse_options(argc, argv, program.name);
  runtime::Control &control = runtime::Control::instance();
  Setup setup;
  program.configure(setup);
  if (!options.control.empty()) runtime::serve_control(options.control);
  runtime::start(options, setup, program.has_work);

  const runtime::Workers workers = runtime::make_workers(program);
  runtime::write_handlers(options);
  control.start();

  runtime::start_ports();
  const bool runs = program.has_work || control.active() || options.forever;
  if (runs && !options.check) runtime::run_workers(program.loop);

  // Everything still queued leaves before anything is closed, and what finish() sends, too.
  for (const auto &worker : workers) program.flush(*worker);
  const int status = runtime::read_handlers(options);
  control.end();
  for (const auto &worker : workers) program.finish(*worker);
  for (const auto &worker : workers) {
    program.flush(*worker);
    worker->end_burst();
  }
  runtime::stop_ports();
  const BufferCounts buffers = runtime::account_for_buffers();
  runtime::end_pools();
  runtime::verify_captures(runtime::virtual_devices(options.eal));
  runtime::finish(program, buffers);
  return runtime::state().failed.load(std::memory_order_relaxed) ? 1 : status;
}

}  // namespace pmill
