// SPDX-License-Identifier: BSD-3-Clause
// A program from its first to its last moment. What does not depend on the configuration is in
// runtime/src; here is only what the packets' loop must be compiled together with.
#pragma once

#include <atomic>
#include <memory>
#include <pmill/options.hh>
#include <pmill/report.hh>
#include <pmill/setup.hh>
#include <pmill/worker.hh>
#include <span>
#include <string_view>
#include <vector>

namespace pmill {

/// What a worker's loop tells the rest of the program. Written by the worker alone.
struct alignas(64) WorkerStatus {
  Worker *worker = nullptr;
  unsigned lcore = 0;
  bool watches = false;             // the only worker: it looks after the expectations too
  std::atomic<std::uint64_t> idle;  // iterations that found nothing to do
  std::uint64_t packets = 0;
  std::uint64_t busy_cycles = 0;
};

namespace runtime {

/// Checks that there is work, starts EAL, makes the pools, and sets the ports up.
void start(const Options &options, const Setup &setup, bool has_work, std::atomic<bool> &stop);
/// The status of every worker, for workers that are made now.
std::span<WorkerStatus> workers();
/// Gives a worker its number, clock and buffers.
void equip(Worker &worker, WorkerStatus &status);
/// Starts the ports, and with them the time.
void start_ports();
/// Runs `loop` for every worker until all have returned.
void run_workers(void (*loop)(WorkerStatus &));
/// Stops the program when every expectation is met and the workers have nothing left to do.
void watch();
/// Stops the ports; their counters stay readable until finish().
void stop_ports();
/// Prints the statistics and ends EAL.
void finish(std::string_view program, std::span<const CounterInfo> counters);

}  // namespace runtime

/// The loop of one worker.
template <class Program>
void work(WorkerStatus &status) {
  auto &worker = static_cast<typename Program::Worker &>(*status.worker);
  std::uint64_t packets = 0, busy = 0, idle = 0;
  unsigned round = 0;
  std::uint64_t before = Clock::cycles();
  while (!g_stop.load(std::memory_order_relaxed)) {
    const unsigned n = Program::poll(worker);
    Program::flush(worker);
    worker.end_burst();
    const std::uint64_t now = Clock::cycles();
    packets += n;
    busy += n == 0 ? 0 : now - before;
    before = now;
    if (n == 0 || ++round % 256 == 0) [[unlikely]] {
      if (n == 0) {
        status.idle.store(++idle, std::memory_order_relaxed);
        if (Program::exhausted(worker)) break;
      }
      if (status.watches) runtime::watch();
      before = Clock::cycles();
    }
  }
  status.packets = packets;
  status.busy_cycles = busy;
}

/// Runs a compiled configuration; the program's main().
template <class Program>
int run(int argc, char **argv) {
  const Options options = parse_options(argc, argv, Program::name);
  Setup setup;
  Program::configure(setup);
  runtime::start(options, setup, Program::has_work, g_stop);

  std::vector<std::unique_ptr<typename Program::Worker>> workers;
  for (WorkerStatus &status : runtime::workers()) {
    workers.push_back(Program::make());
    runtime::equip(*workers.back(), status);
  }
  for (auto &worker : workers) Program::initialize(*worker);

  runtime::start_ports();
  runtime::run_workers(work<Program>);

  // Everything still queued leaves before anything is closed, and what finish() sends, too.
  for (auto &worker : workers) Program::flush(*worker);
  for (auto &worker : workers) Program::finish(*worker);
  for (auto &worker : workers) {
    Program::flush(*worker);
    worker->end_burst();
  }
  runtime::stop_ports();
  runtime::finish(Program::name, Program::counters);
  return 0;
}

}  // namespace pmill
