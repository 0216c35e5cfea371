// SPDX-License-Identifier: BSD-3-Clause
// Which worker runs what, and elements to which only one may come.
#include <algorithm>

#include "runtime.hh"

namespace pmill::runtime {

unsigned home_of(const ProgramInfo &program, std::size_t instance) {
  const auto workers = static_cast<unsigned>(state().worker_count);
  // Whoever is moved keeps the turn that the configuration gave it: no other is moved by that.
  unsigned turn = 0;
  for (std::size_t i = 0; i < instance; ++i) {
    const InstanceInfo &info = program.instances[i];
    turn += info.schedule != nullptr && !info.every_worker && info.placed == kAnyWorker;
  }
  const InstanceInfo &info = program.instances[instance];
  if (info.schedule->home != kAnyWorker) return worker_at(info.schedule->home, workers);
  return info.every_worker ? 0 : turn % workers;
}

namespace {

/// The workers that run an instance: of a device that receives, those that have a queue of it.
std::vector<unsigned> workers_of(const ProgramInfo &program, const AloneTask &task) {
  const auto [instance, pulls] = task;
  const InstanceInfo &info = program.instances[instance];
  std::vector<unsigned> found;
  if (info.every_worker && !pulls) {
    for (const WorkerStatus &w : workers())
      if (!receive_queues(*w.worker, info.name).empty()) found.push_back(w.worker->index);
  } else {
    found.push_back(home_of(program, instance));
  }
  return found;
}

}  // namespace

std::optional<Crowd> find_crowd(const ProgramInfo &program) {
  for (const Alone &alone : program.alone) {
    std::optional<unsigned> first;
    for (const AloneTask &task : alone.tasks)
      for (const unsigned worker : workers_of(program, task)) {
        if (first.value_or(worker) != worker)
          return Crowd{.element = program.instances[alone.instance],
                       .from = program.instances[task.instance].name,
                       .workers = {*first, worker},
                       .why = alone.why};
        first = worker;
      }
  }
  return {};
}

void refuse_crowds(const ProgramInfo &program) {
  const auto found = find_crowd(program);
  if (!found) return;
  std::string label(found->element.name);
  label.append(" :: ").append(found->element.element_class);
  fail(label,
       "it serves one worker, and packets of workers " + std::to_string(found->workers[0]) +
           " and " + std::to_string(found->workers[1]) + " would come to it. " +
           std::string(found->why),
       "name one lcore (-- -l 0), place " + std::string(found->from) +
           " and what else leads there with StaticThreadSched, or put a Queue before it");
}

}  // namespace pmill::runtime
