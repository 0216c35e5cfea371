// SPDX-License-Identifier: BSD-3-Clause
// Control: what happens to a program from outside its packets' loop. Handlers are read and written,
// scripts run, sockets are served: always by the main lcore, and while workers stand between two
// bursts where it touches what they use.
#pragma once

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <pmill/handler.hh>
#include <pmill/run.hh>
#include <string>
#include <string_view>
#include <vector>

namespace pmill::runtime {

/// How a call of a handler ended; the numbers are those of Click's control protocol.
enum class Verdict : int {
  ok = 200,
  no_element = 510,
  no_handler = 511,
  failed = 520,
  denied = 530,
};

/// What a call of a handler gave: the value that was read, or why it was not done.
struct Reply {
  Verdict verdict = Verdict::ok;
  std::string text;
  bool good() const { return verdict == Verdict::ok; }
};

/// Work of the main lcore that an element, or an option, asks for.
class ControlTask {
 public:
  explicit ControlTask(std::string_view element) : element_(element) {}
  ControlTask(const ControlTask &) = delete;
  ControlTask &operator=(const ControlTask &) = delete;
  virtual ~ControlTask() = default;

  /// The element it belongs to, empty for an option.
  const std::string &element() const { return element_; }
  /// Begins; the elements exist.
  virtual void start() {}
  /// Does what can be done now; false when that was nothing.
  virtual bool turn() = 0;
  /// When there will be something to do for sure, in ns; kNever when only the world knows.
  virtual std::int64_t due() const { return kNever; }
  /// Whether the program must go on for it though no packet will come any more.
  virtual bool holds() const { return false; }
  /// Adds the files that may wake it.
  virtual void watch(std::vector<pollfd> &) const {}
  /// Whether it decides when the program stops; then `take_stop` hears of wishes.
  virtual bool drives() const { return false; }
  virtual void take_stop() {}
  /// Whether it waits for such a wish, and for nothing else.
  virtual bool waits_for_stop() const { return false; }

  /// Handlers of the element that the task answers: their names, and calls.
  virtual std::vector<HandlerSpec> handlers() const { return {}; }
  virtual Reply read(std::string_view, std::string_view) { return {Verdict::no_handler, ""}; }
  virtual Reply write(std::string_view, std::string_view) { return {Verdict::no_handler, ""}; }
  /// Whether any name is a handler of the element.
  virtual bool answers_all() const { return false; }
  /// Whether only the program's own scripts may call it.
  virtual bool is_private(std::string_view) const { return false; }

 private:
  std::string element_;
};

/// A handler that was found: one of an element or, with `instance` negative, of the whole program.
struct Handler {
  int instance = -1;
  std::string_view name;
  bool reads = false, writes = false;
  bool takes_parameter = false;
  bool baked = false;  // it could be written if its argument were not a constant
  enum class Kind : std::uint8_t { standard, schedule, counter, argument, function, task } kind{};
  unsigned number = 0;  // among those of its kind
};

class Control {
 public:
  static Control &instance();

  /// Takes what the elements asked for; the workers exist.
  void begin(const ProgramInfo &program, std::span<WorkerStatus> workers);
  void add(std::unique_ptr<ControlTask> task) { tasks_.push_back(std::move(task)); }
  /// Starts the tasks, after every element was initialised.
  void start();
  /// Ends the tasks: no handler is called any more.
  void end() { tasks_.clear(); }

  /// Whether there is anything to do while packets run.
  bool active() const { return !tasks_.empty() || owes_calls(); }
  /// One turn on the main lcore, which may stand between two bursts of the only worker; false when
  /// nothing was to be done.
  bool turn();
  /// Waits until something may be to do, `microseconds` at the most.
  void wait(unsigned microseconds);
  std::int64_t due() const;
  /// Whether the program must go on though no packet will come any more.
  bool holds() const { return holds_.load(std::memory_order_relaxed); }
  /// Whether packets caused calls that are still to be made.
  bool owes_calls() const { return owed_.load(std::memory_order_acquire) != 0; }
  /// The time that the program goes by, in ns since the epoch.
  std::int64_t now() const;

  /// Finds `ELEMENT.HANDLER` or the program's `HANDLER`; `context` is the element whose compound
  /// is searched first. With a verdict other than ok when there is none.
  Reply find(std::string_view path, std::string_view context, Handler &found) const;
  Reply read(std::string_view path, std::string_view parameter, std::string_view context = {});
  Reply write(std::string_view path, std::string_view text, std::string_view context = {});
  /// Reads or writes a handler that was found.
  Reply read(const Handler &handler, std::string_view parameter);
  Reply write(const Handler &handler, std::string_view text);
  /// All handlers of an instance, or of the program (-1).
  std::vector<Handler> handlers(int instance) const;
  /// The handler's name with its element's.
  std::string full_name(const Handler &handler) const;
  bool is_private(const Handler &handler) const;
  /// The elements' numbers whose name or class matches a shell pattern.
  std::vector<int> matching(std::string_view pattern) const;
  const ProgramInfo &program() const { return *program_; }

  /// A write that a packet caused: at once by a worker that does control, else by the main lcore.
  void call_from(Worker &worker, std::string_view context, std::string_view call);
  /// Whether a script decides when the program stops.
  bool drives() const;
  /// Whether it waits for that and for nothing else, and nobody has wished it yet.
  bool waits_for_stop() const { return waits_for_stop_.load(std::memory_order_relaxed); }
  ControlTask *task_named(std::string_view element) const;
  /// Whether this turn looks at files. A look is a system call: a worker that is also the main
  /// lcore makes one only now and then; who slept until a file was ready makes it at once.
  bool looks() const { return looks_; }
  /// Somebody wishes the program to stop.
  void wish();

 private:
  Handler find_in(int instance, std::string_view name) const;
  int instance_named(std::string_view name, std::string_view context) const;
  std::string standard(const Handler &handler) const;
  std::string counter(const Handler &handler) const;
  std::string schedule(const Handler &handler) const;
  Reply write_schedule(const Handler &handler, std::string_view text);
  Reply write_argument(const Handler &handler, std::string_view text);
  Reply call(const Handler &handler, HandlerCall::Kind kind, std::string_view text);
  ControlTask *task_of(int instance) const;
  void note();
  void reconsider();
  bool make_left();
  /// Makes a write, `ELEMENT.HANDLER TEXT`, and says on standard error why it cannot.
  void make(std::string_view context, std::string_view call);

  const ProgramInfo *program_ = nullptr;
  std::span<WorkerStatus> workers_;
  std::vector<std::unique_ptr<ControlTask>> tasks_;
  std::mutex lock_;  // of what workers leave here
  std::vector<std::pair<std::string, std::string>> left_;
  std::atomic<std::size_t> owed_{0};  // calls in left_, or being made
  std::atomic<unsigned> wishes_{0};
  std::atomic<bool> holds_{false}, waits_for_stop_{false};  // as of the last turn
  bool woken_ = false;                                      // by a file, in the last wait
  bool looks_ = false;                                      // in this turn
  std::uint64_t next_look_ = 0;                             // TSC
};

/// Serves the control protocol where `--control` says.
void serve_control(const std::string &address);

/// While it exists, all workers stand between two bursts.
class Quiescence {
 public:
  Quiescence();
  ~Quiescence();
  Quiescence(const Quiescence &) = delete;
  Quiescence &operator=(const Quiescence &) = delete;
  /// False when a worker did not get there in two seconds.
  bool reached() const { return reached_; }

 private:
  bool reached_ = true;
};

/// The flat configuration, in Click's words.
std::string flat_configuration(const ProgramInfo &program);
/// What the ports of an instance are connected to, in Click's words.
std::string ports_of(const ProgramInfo &program, int instance);

}  // namespace pmill::runtime
