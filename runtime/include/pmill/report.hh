// SPDX-License-Identifier: BSD-3-Clause
// What a program says when it has run: statistics, for people or as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <pmill/handler.hh>
#include <pmill/options.hh>
#include <pmill/values.hh>
#include <pmill/worker.hh>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pmill {

enum class CounterKind : std::uint8_t { read, drop };

/// A counter of a State, as the header documents it. `offset`: where in the State it lies.
/// `output`: -1, or the output that takes the packets a drop counter counts.
struct CounterSpec {
  std::size_t offset;
  std::string_view name;
  std::string_view doc;
  CounterKind kind = CounterKind::read;
  int output = -1;
};

/// An element instance of a program, as statistics and handlers show it. `inputs` and `outputs`
/// have a letter a port: h push, l pull; in capitals where the element would do either.
struct InstanceInfo {
  std::string_view name;
  std::string_view element_class;
  std::string_view config;
  std::string_view inputs, outputs;
  View<CounterSpec> counters;
  View<ArgumentInfo> arguments;
  View<HandlerSpec> handlers;
  std::uint64_t connected = 0;   // which of the first 64 outputs are
  Schedule *schedule = nullptr;  // of what workers run, as it is now
  int placed = kAnyWorker;       // its home, as the configuration says
  bool every_worker = false;     // each of them does
  bool shared = false;           // all workers see the same values
  bool frozen = false;           // nothing of it can be changed
  bool changeable = false;       // all of its arguments can be
};

/// A counter of an element instance, and its sum over the workers. `output`: the output that takes
/// the packets a drop counter counts, when it is connected; -1: there is none.
struct CounterInfo {
  std::string_view element;
  std::string_view element_class;
  std::string_view name;
  std::string_view doc;
  CounterKind kind = CounterKind::read;
  int output = -1;
  bool connected = false;
  std::uint64_t value = 0;
};

/// Buffers of all pools, and those that nobody has given back.
struct BufferCounts {
  std::uint64_t all = 0;
  std::uint64_t in_use = 0;
};

/// What one worker did.
struct WorkerReport {
  unsigned lcore = 0;
  std::uint64_t packets = 0;
  std::uint64_t busy_cycles = 0;
  std::uint64_t no_buffer = 0;
  std::uint64_t loops = 0;
};

/// A connection, and how many packets crossed it.
struct CrossedInfo {
  std::string_view from;
  unsigned output = 0;
  std::string_view to;
  unsigned input = 0;
  bool push = true;  // not pulled
  std::uint64_t packets = 0;
};

/// An instance that serves one worker, those whose packets come there, and why it does.
struct AloneTask {
  std::size_t instance = 0;
  bool pulls = false;  // they are what it pulls
};
struct Alone {
  std::size_t instance = 0;
  View<AloneTask> tasks;
  std::string_view why;
};

/// How many packets left the decision program of an instance at each of its steps.
struct DecisionCounts {
  std::size_t instance = 0;
  View<std::uint64_t> steps;
};

/// The same by the element's name.
struct DecidedInfo {
  std::string_view element;
  View<std::uint64_t> steps;
};

/// The whole run. `crossed` is empty in programs that do not count packets on their connections.
struct Report {
  std::string_view program;
  double seconds = 0;
  double median_cycles = 0;  // a packet, of stretches of busy iterations
  BufferCounts buffers;
  std::vector<WorkerReport> workers;
  std::vector<CounterInfo> counters;
  std::vector<CrossedInfo> crossed;
  std::vector<DecidedInfo> decided;
};

/// Writes the statistics to standard output; ports are read from their devices.
void print_report(const Report &report, StatsFormat format);

}  // namespace pmill
