// SPDX-License-Identifier: BSD-3-Clause
// Finds handlers by their names, and reads and writes them.
#include <fnmatch.h>

#include <algorithm>
#include <cstring>

#include "../runtime.hh"
#include "control.hh"

namespace pmill::runtime {
namespace {

struct Standard {
  std::string_view name;
  bool reads, writes;
};
constexpr Standard kOfElements[] = {{"name", true, false},
                                    {"class", true, false},
                                    {"config", true, false},
                                    {"ports", true, false},
                                    {"handlers", true, false}};
constexpr Standard kOfPrograms[] = {{"version", true, false},      {"config", true, false},
                                    {"flatconfig", true, false},   {"list", true, false},
                                    {"requirements", true, false}, {"handlers", true, false},
                                    {"stop", false, true}};

View<Standard> standard_of(int instance) {
  if (instance < 0) return kOfPrograms;
  return kOfElements;
}

std::string as_line(const Handler &h) {
  std::string line(h.name);
  line += '\t';
  if (h.reads) line += h.takes_parameter ? "r+" : "r";
  if (h.writes) line += 'w';
  return line + '\n';
}

}  // namespace

Control &Control::instance() {
  static Control control;
  return control;
}

std::vector<Handler> Control::handlers(int instance) const {
  std::vector<Handler> all;
  const auto add = [&](Handler h) {
    h.instance = instance;
    const auto same = [&](const Handler &other) { return other.name == h.name; };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back(h);
  };
  using Kind = Handler::Kind;
  unsigned number = 0;
  for (const Standard &s : standard_of(instance))
    add({.name = s.name,
         .reads = s.reads,
         .writes = s.writes,
         .kind = Kind::standard,
         .number = number++});
  if (instance < 0) return all;
  const InstanceInfo &info = program_->instances[static_cast<std::size_t>(instance)];
  if (info.schedule != nullptr)
    for (const std::string_view name : {"scheduled", "tickets", "home_thread"})
      add({.name = name,
           .reads = true,
           .writes = !info.frozen,
           .baked = info.frozen,
           .kind = Kind::schedule});
  number = 0;
  for (const HandlerSpec &h : info.handlers)
    add({.name = h.name,
         .reads = h.reads,
         .writes = h.writes && !(h.keeps && !info.changeable),
         .baked = h.keeps && !info.changeable,
         .kind = Kind::function,
         .number = number++});
  number = 0;
  for (const CounterSpec &c : info.counters)
    add({.name = c.name, .reads = true, .kind = Kind::counter, .number = number++});
  number = 0;
  for (const ArgumentInfo &a : info.arguments)
    add({.name = a.name,
         .reads = true,
         .writes = a.writable && !a.constant,
         .baked = a.writable && a.constant,
         .kind = Kind::argument,
         .number = number++});
  number = 0;
  if (const ControlTask *task = task_of(instance))
    for (const HandlerSpec &h : task->handlers())
      add({.name = h.name,
           .reads = h.reads,
           .writes = h.writes,
           .takes_parameter = h.reads,
           .kind = Kind::task,
           .number = number++});
  return all;
}

ControlTask *Control::task_of(int instance) const {
  if (instance < 0) return nullptr;
  return task_named(program_->instances[static_cast<std::size_t>(instance)].name);
}

bool Control::is_private(const Handler &handler) const {
  return handler.kind == Handler::Kind::task && task_of(handler.instance)->is_private(handler.name);
}

/// An element by its name: first in the compound of `context`, then in those around it.
int Control::instance_named(std::string_view name, std::string_view context) const {
  while (true) {
    const auto slash = context.rfind('/');
    context = slash == std::string_view::npos ? std::string_view{} : context.substr(0, slash);
    const std::string full =
        context.empty() ? std::string(name) : std::string(context) + "/" + std::string(name);
    for (std::size_t i = 0; i < program_->instances.size(); ++i)
      if (program_->instances[i].name == full) return static_cast<int>(i);
    if (context.empty()) return -1;
  }
}

Reply Control::find(std::string_view path, std::string_view context, Handler &found) const {
  const auto dot = path.rfind('.');
  int instance = -1;
  std::string_view name = path;
  if (dot != std::string_view::npos && dot != 0) {
    const std::string_view element = path.substr(0, dot);
    name = path.substr(dot + 1);
    instance = instance_named(element, context);
    if (instance < 0)
      return {Verdict::no_element, "No element named '" + std::string(element) + "'"};
  } else if (dot == 0) {
    name.remove_prefix(1);
  }
  for (const Handler &h : handlers(instance))
    if (h.name == name) {
      found = h;
      return {};
    }
  if (const ControlTask *task = task_of(instance); task != nullptr && task->answers_all()) {
    found = {.instance = instance,
             .name = keep_text(name),
             .reads = true,
             .writes = true,
             .takes_parameter = true,
             .kind = Handler::Kind::task};
    return {};
  }
  return {Verdict::no_handler, "No handler named '" + std::string(path) + "'"};
}

std::string Control::full_name(const Handler &handler) const {
  if (handler.instance < 0) return std::string(handler.name);
  const auto &info = program_->instances[static_cast<std::size_t>(handler.instance)];
  return std::string(info.name) + "." + std::string(handler.name);
}

std::vector<int> Control::matching(std::string_view pattern) const {
  std::vector<int> found;
  const std::string p(pattern);
  for (std::size_t i = 0; i < program_->instances.size(); ++i) {
    const InstanceInfo &info = program_->instances[i];
    if (fnmatch(p.c_str(), std::string(info.name).c_str(), 0) == 0 || info.element_class == pattern)
      found.push_back(static_cast<int>(i));
  }
  return found;
}

Reply Control::read(std::string_view path, std::string_view parameter, std::string_view context) {
  Handler handler;
  const Reply reply = find(path, context, handler);
  return reply.good() ? read(handler, parameter) : reply;
}

Reply Control::write(std::string_view path, std::string_view text, std::string_view context) {
  Handler handler;
  const Reply reply = find(path, context, handler);
  return reply.good() ? write(handler, text) : reply;
}

Reply Control::read(const Handler &handler, std::string_view parameter) {
  if (!handler.reads)
    return {Verdict::no_handler, "No read handler named '" + full_name(handler) + "'"};
  switch (handler.kind) {
    case Handler::Kind::standard:
      return {Verdict::ok, standard(handler)};
    case Handler::Kind::schedule:
      return {Verdict::ok, schedule(handler)};
    case Handler::Kind::counter:
      return {Verdict::ok, counter(handler)};
    case Handler::Kind::argument: {
      const auto &info = program_->instances[static_cast<std::size_t>(handler.instance)];
      const ArgumentInfo &a = info.arguments[handler.number];
      Reply reply;
      a.type().print(reply.text, a.at);
      return reply;
    }
    case Handler::Kind::function:
      return call(handler, HandlerCall::Kind::read, parameter);
    case Handler::Kind::task:
      return task_of(handler.instance)->read(handler.name, parameter);
  }
  return {Verdict::no_handler, ""};
}

/// Who has nothing more to do may have after a write.
void Control::reconsider() {
  for (WorkerStatus &w : workers_) w.exhausted.store(false, std::memory_order_relaxed);
}

Reply Control::write(const Handler &handler, std::string_view text) {
  if (handler.baked) {
    const std::string name = full_name(handler);
    return {Verdict::denied, "'" + name + "' was compiled in; rebuild with --keep " + name};
  }
  if (!handler.writes)
    return {Verdict::no_handler, "No write handler named '" + full_name(handler) + "'"};
  switch (handler.kind) {
    case Handler::Kind::schedule:
      return write_schedule(handler, text);
    case Handler::Kind::argument:
      return write_argument(handler, text);
    case Handler::Kind::function:
      return call(handler, HandlerCall::Kind::write, text);
    case Handler::Kind::task:
      return task_of(handler.instance)->write(handler.name, text);
    default:
      wish();  // the only standard one
      return {};
  }
}

/// The sum of a counter over the workers. They may be counting: each value is one that was true.
std::string Control::counter(const Handler &handler) const {
  const InstanceInfo &info = program_->instances[static_cast<std::size_t>(handler.instance)];
  const std::size_t offset = info.counters[handler.number].offset;
  HandlerCall recount{.kind = HandlerCall::Kind::recount};
  program_->handle(*workers_[0].worker, static_cast<std::size_t>(handler.instance), recount);
  std::uint64_t sum = 0;
  std::vector<const void *> states(program_->instances.size());
  for (const WorkerStatus &w : workers_) {
    program_->find_states(*w.worker, states.data());
    const auto *at =
        static_cast<const std::byte *>(states[static_cast<std::size_t>(handler.instance)]);
    sum += __atomic_load_n(&reinterpret_cast<const Count *>(at + offset)->value, __ATOMIC_RELAXED);
    if (info.shared) break;
  }
  return std::to_string(sum);
}

Reply Control::write_argument(const Handler &handler, std::string_view text) {
  const auto &info = program_->instances[static_cast<std::size_t>(handler.instance)];
  const ArgumentInfo &a = info.arguments[handler.number];
  std::string error;
  if (a.range.low != INT64_MIN || a.range.high != INT64_MAX) {
    std::int64_t n = 0;
    if (value_type<std::int64_t>().assign(&n, text, error) && (n < a.range.low || n > a.range.high))
      return {Verdict::failed, quoted(text) + " is not in " + std::to_string(a.range.low) + " … " +
                                   std::to_string(a.range.high)};
  }
  const Quiescence still;
  if (!still.reached()) return {Verdict::failed, "a worker is stuck"};
  // The program's arguments are variables where they are no constants.
  if (!a.type().assign(const_cast<void *>(a.at), text, error)) return {Verdict::failed, error};
  HandlerCall call{.kind = HandlerCall::Kind::reconfigured};
  for (const WorkerStatus &w : workers_) {
    program_->handle(*w.worker, static_cast<std::size_t>(handler.instance), call);
    if (info.shared) break;
  }
  reconsider();
  return {};
}

Reply Control::call(const Handler &handler, HandlerCall::Kind kind, std::string_view text) {
  const auto instance = static_cast<std::size_t>(handler.instance);
  const InstanceInfo &info = program_->instances[instance];
  const Quiescence still;
  if (!still.reached()) return {Verdict::failed, "a worker is stuck"};
  HandlerCall call{.kind = kind, .handler = handler.number, .text = text};
  for (const WorkerStatus &w : workers_) {
    program_->handle(*w.worker, instance, call);
    if (!call.good) return {Verdict::failed, call.error};
    if (info.shared || (kind == HandlerCall::Kind::read && call.answer.whole())) break;
  }
  if (kind != HandlerCall::Kind::read) reconsider();
  return {Verdict::ok, call.answer.text()};
}

std::string Control::standard(const Handler &handler) const {
  const std::string_view name = handler.name;
  if (name == "handlers") {
    std::string lines;
    for (const Handler &h : handlers(handler.instance)) lines += as_line(h);
    return lines;
  }
  if (handler.instance >= 0) {
    const InstanceInfo &info = program_->instances[static_cast<std::size_t>(handler.instance)];
    if (name == "name") return std::string(info.name);
    if (name == "class") return std::string(info.element_class);
    if (name == "config") return std::string(info.config);
    return ports_of(*program_, handler.instance);
  }
  if (name == "version") return std::string(program_->version);
  if (name == "config") return std::string(program_->text);
  if (name == "flatconfig") return flat_configuration(*program_);
  if (name == "requirements") return std::string(program_->requirements);
  std::string list = std::to_string(program_->instances.size()) + "\n";
  for (const InstanceInfo &info : program_->instances) list += std::string(info.name) + "\n";
  return list;
}

}  // namespace pmill::runtime
