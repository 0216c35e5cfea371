// SPDX-License-Identifier: BSD-3-Clause
// The handlers that a command line names: written before the first packet, printed after the last.
#include <cstdio>

#include "../runtime.hh"
#include "control.hh"

namespace pmill::runtime {
namespace {

/// Says why a handler on the command line is wrong, in Click's words.
bool complain(const std::string &path, const Reply &reply) {
  const auto dot = path.rfind('.');
  if (reply.verdict == Verdict::no_element)
    std::fprintf(stderr, "no element '%s'\n", path.substr(0, dot).c_str());
  else if (reply.verdict == Verdict::no_handler)
    std::fprintf(stderr, "no '%s' handler\n", path.c_str());
  else
    std::fprintf(stderr, "%s: %s\n", path.c_str(), reply.text.c_str());
  return false;
}

bool show(const Handler &handler, bool with_name) {
  Control &control = Control::instance();
  const std::string name = control.full_name(handler);
  if (!handler.reads) {
    std::fprintf(stderr, "'%s' is a write handler\n", name.c_str());
    return false;
  }
  Reply reply = control.read(handler, "");
  if (!reply.good()) return complain(name, reply);
  if (!reply.text.empty() && !reply.text.ends_with('\n')) reply.text += '\n';
  if (with_name) std::printf("%s:\n", name.c_str());
  std::fwrite(reply.text.data(), 1, reply.text.size(), stdout);
  if (with_name) std::printf("\n");
  return true;
}

/// Prints one handler, or those that a pattern of elements has.
bool print_matching(const std::string &path, bool with_name) {
  Control &control = Control::instance();
  Handler handler;
  const Reply reply = control.find(path, "", handler);
  if (reply.good()) return show(handler, with_name);
  const auto dot = path.rfind('.');
  if (reply.verdict != Verdict::no_element) return complain(path, reply);
  const std::string pattern = path.substr(0, dot), name = path.substr(dot + 1);
  const bool is_pattern = pattern.find_first_of("*?[") != std::string::npos;
  const std::vector<int> instances = control.matching(pattern);
  if (instances.empty() && is_pattern) {
    std::fprintf(stderr, "no element matching '%s'\n", pattern.c_str());
    return false;
  }
  if (instances.empty()) return complain(path, reply);
  bool good = true, any = false;
  for (const int instance : instances)
    for (const Handler &h : control.handlers(instance))
      if (h.name == name && (h.reads || !is_pattern)) good = show(h, true) && good, any = true;
  return any ? good : complain(path, {Verdict::no_handler, ""});
}

/// The exit status that a value means: a number, or a truth, which is 0.
int status_of(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::string error;
  std::int64_t number = 0;
  bool truth = false;
  if (value_type<std::int64_t>().assign(&number, text, error)) return static_cast<int>(number);
  if (value_type<bool>().assign(&truth, text, error)) return truth ? 0 : 1;
  return -1;
}

}  // namespace

void write_handlers(const Options &options) {
  for (const std::string &write : options.writes) {
    const auto space = write.find(' ');
    const std::string path = write.substr(0, space);
    const Reply reply = Control::instance().write(
        path, space == std::string::npos ? "" : std::string_view(write).substr(space + 1));
    if (reply.good()) continue;
    const bool denied = reply.verdict == Verdict::denied;
    fail("", "--write " + quoted(write) + ": " + reply.text,
         denied ? "" : "-h ELEMENT.handlers prints the handlers of an element");
  }
}

int read_handlers(const Options &options) {
  Control &control = Control::instance();
  bool good = true;
  const bool several = options.reads.size() > 1;
  for (const std::string &path : options.reads) good = print_matching(path, several) && good;
  int status = 0;
  if (!options.exit.empty()) {
    const Reply reply = control.read(options.exit, "");
    if (!reply.good()) good = complain(options.exit, reply);
    status = reply.good() ? status_of(reply.text) : 1;
    if (status < 0) {
      std::fprintf(stderr, "exit handler value should be integer\n");
      good = false;
    }
  }
  std::fflush(stdout);
  return good ? status : 1;
}

}  // namespace pmill::runtime
