// SPDX-License-Identifier: BSD-3-Clause
// The main lcore's part of a run: turns of its tasks, and how workers and it meet.
#include "control.hh"

#include <rte_launch.h>
#include <rte_lcore.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "../runtime.hh"

namespace pmill {

void Worker::call(std::string_view element, std::string_view text) {
  if (settle != nullptr) settle(*this);  // what came before happens before
  runtime::Control::instance().call_from(*this, element, text);
}

bool does_control(const Worker &worker) { return runtime::workers()[worker.index].watches; }

void wish_to_stop() { runtime::Control::instance().wish(); }

namespace runtime {
namespace {

// The pause that is on, 0 while there is none. Each has a number of its own, and a worker says for
// which it rests: one that was late for the pause before does not count for this one.
std::atomic<unsigned> g_pause{0};

/// Whether a worker runs beside whoever asks.
bool runs_beside(const WorkerStatus &w) {
  if (w.lcore == rte_get_main_lcore() || w.lcore == rte_lcore_id()) return false;
  const bool runs = rte_eal_get_lcore_state(w.lcore) == RUNNING;
  // Asked after EAL, also of one that does not run: whoever goes on sees what one that ended did,
  // by a word that ThreadSanitizer hears, too.
  const bool over = w.over.load(std::memory_order_acquire);
  return runs && !over;
}

/// Whether all workers that run beside whoever asks rest for a pause.
bool all_rest(unsigned pause) {
  return std::ranges::all_of(workers(), [&](const WorkerStatus &w) {
    return !runs_beside(w) || w.rests.load(std::memory_order_acquire) == pause;
  });
}

/// Waits for what takes no longer than a burst, or a call of a handler: for that long it is cheaper
/// to look again than to sleep and be woken. Whoever shares the processor is let through. False
/// when the condition does not hold yet.
template <typename Condition>
bool wait_briefly(const Condition &holds) {
  const std::uint64_t give_up = Clock::cycles() + rte_get_tsc_hz() / 20'000;  // 50 us
  while (!holds()) {
    if (Clock::cycles() > give_up) return false;
    sched_yield();
  }
  return true;
}

/// False when a condition did not hold within two seconds.
template <typename Condition>
bool wait_until(const Condition &holds) {
  const std::uint64_t give_up = Clock::cycles() + 2 * rte_get_tsc_hz();
  while (!wait_briefly(holds)) {
    if (Clock::cycles() > give_up) return false;
    usleep(10);
  }
  return true;
}

/// Stands still while the pause is on for which it was asked.
void stand_still(WorkerStatus &status) {
  const unsigned pause = g_pause.load(std::memory_order_acquire);
  if (pause == 0) return;  // it was too short to be noticed
  status.rests.store(pause, std::memory_order_release);
  const auto over = [&] { return g_pause.load(std::memory_order_acquire) != pause; };
  while (!wait_briefly(over)) g_pause.wait(pause, std::memory_order_acquire);
}

/// Whether a home is that of a worker.
bool is_there(int home, int count) {
  return home >= kSocketHomes ? find_on_socket(home) >= 0 : home < count && home >= -count;
}

/// A home as configurations write it.
std::string home_text(int home) {
  if (home < kSocketHomes) return std::to_string(home);
  return std::to_string(socket_of(home)) + "/" + std::to_string(core_of(home));
}

}  // namespace

void Control::begin(const ProgramInfo &program, std::span<WorkerStatus> workers) {
  program_ = &program;
  workers_ = workers;
  const auto count = static_cast<int>(workers.size());
  for (const InstanceInfo &i : program.instances)
    if (i.schedule != nullptr && i.schedule->home != kAnyWorker &&
        !is_there(i.schedule->home, count))
      std::fprintf(stderr, "warning: %s: there is no worker %s; worker %u runs it\n",
                   std::string(i.name).c_str(), home_text(i.schedule->home).c_str(),
                   worker_at(i.schedule->home, static_cast<unsigned>(count)));
}

void Control::start() {
  for (const auto &task : tasks_) task->start();
  note();
}

bool Control::drives() const {
  return std::any_of(tasks_.begin(), tasks_.end(), [](const auto &t) { return t->drives(); });
}

/// Keeps for the workers what they may ask.
void Control::note() {
  const auto any = [this](bool (ControlTask::*is)() const) {
    return std::any_of(tasks_.begin(), tasks_.end(),
                       [is](const auto &task) { return (task.get()->*is)(); });
  };
  const bool wished = g_attention.load(std::memory_order_relaxed) & attention::kWish;
  holds_.store(any(&ControlTask::holds), std::memory_order_relaxed);
  waits_for_stop_.store(!wished && any(&ControlTask::waits_for_stop), std::memory_order_relaxed);
}

ControlTask *Control::task_named(std::string_view element) const {
  const auto named = [&](const auto &task) { return task->element() == element; };
  const auto found = std::find_if(tasks_.begin(), tasks_.end(), named);
  return found == tasks_.end() ? nullptr : found->get();
}

void Control::wish() {
  if (!drives()) {
    g_attention.fetch_or(attention::kStop, std::memory_order_relaxed);
    return;
  }
  waits_for_stop_.store(false, std::memory_order_relaxed);
  wishes_.fetch_add(1, std::memory_order_relaxed);
  g_attention.fetch_or(attention::kWish, std::memory_order_relaxed);
}

bool Control::turn() {
  constexpr std::uint64_t kLooksPerSecond = 1000;
  const std::uint64_t now = Clock::cycles();
  looks_ = std::exchange(woken_, false) || now >= next_look_;
  if (looks_) next_look_ = now + rte_get_tsc_hz() / kLooksPerSecond;
  bool did = false;
  if (g_attention.load(std::memory_order_relaxed) & attention::kWish) {
    g_attention.fetch_and(~attention::kWish, std::memory_order_relaxed);
    did = true;
    for (unsigned n = wishes_.exchange(0, std::memory_order_relaxed); n != 0; --n)
      for (const auto &task : tasks_)
        if (task->drives()) task->take_stop();
  }
  if (owes_calls()) did = make_left() || did;
  for (const auto &task : tasks_) did = task->turn() || did;
  note();
  return did;
}

/// Makes the calls that workers left here; false when there are none.
bool Control::make_left() {
  std::vector<std::pair<std::string, std::string>> calls;
  {
    const std::lock_guard guard(lock_);
    calls.swap(left_);
  }
  for (const auto &[context, call] : calls) make(context, call);
  owed_.fetch_sub(calls.size(), std::memory_order_release);
  return !calls.empty();
}

void Control::call_from(Worker &worker, std::string_view context, std::string_view call) {
  if (call == "stop") return wish();
  if (does_control(worker)) return make(context, call);
  const std::lock_guard guard(lock_);
  left_.emplace_back(context, call);
  owed_.fetch_add(1, std::memory_order_release);
}

void Control::make(std::string_view context, std::string_view call) {
  const auto space = call.find(' ');
  const std::string_view text = space == std::string_view::npos ? "" : call.substr(space + 1);
  const Reply reply = write(call.substr(0, space), text, context);
  if (!reply.good())
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(context.size()), context.data(),
                 reply.text.c_str());
}

void Control::wait(unsigned microseconds) {
  std::vector<pollfd> fds;
  for (const auto &task : tasks_) task->watch(fds);
  const timespec time{0, static_cast<long>(microseconds) * 1000};
  woken_ = ::ppoll(fds.data(), fds.size(), &time, nullptr) > 0;
}

std::int64_t Control::due() const {
  std::int64_t first = kNever;
  for (const auto &task : tasks_) first = std::min(first, task->due());
  return first;
}

std::int64_t Control::now() const {
  Clock &clock = workers_[0].worker->clock;
  return clock.simulated() ? clock.simulated_now() : Clock(state().clock).now();
}

Quiescence::Quiescence() {
  static unsigned last = 0;
  if (std::ranges::none_of(workers(), runs_beside)) return;
  if (++last == 0) ++last;
  g_pause.store(last, std::memory_order_release);
  g_attention.fetch_or(attention::kPause, std::memory_order_release);
  reached_ = wait_until([] { return all_rest(last); });
}

Quiescence::~Quiescence() {
  g_attention.fetch_and(~attention::kPause, std::memory_order_relaxed);
  g_pause.store(0, std::memory_order_release);
  g_pause.notify_all();
}

bool attend(WorkerStatus &status) {
  if (g_attention.load(std::memory_order_acquire) & attention::kPause) stand_still(status);
  const unsigned asked = g_attention.load(std::memory_order_acquire);
  if (asked & attention::kWish && status.watches) Control::instance().turn();
  return !Worker::stopping();
}

}  // namespace runtime
}  // namespace pmill
