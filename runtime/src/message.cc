// SPDX-License-Identifier: BSD-3-Clause
// Messages to the user, and the way out when a program cannot run.
#include <cstdio>
#include <cstdlib>
#include <pmill/args.hh>

#include "runtime.hh"

namespace pmill {

void fail(std::string_view element, std::string_view message, std::string_view hint) {
  std::fflush(stdout);
  std::string text = "error: ";
  if (!element.empty()) text.append(element).append(": ");
  text.append(message).append("\n");
  if (!hint.empty()) text.append("  hint: ").append(hint).append("\n");
  if (const auto failed = runtime::state().library.failed; failed != nullptr)
    failed(std::string_view(text).substr(std::string_view("error: ").size()));
  std::fputs(text.c_str(), stderr);
  // Capture files that ports write are closed only by stopping the ports.
  runtime::stop_ports();
  stop_eal();
  std::exit(1);
}

void note_failure() { runtime::state().failed.store(true, std::memory_order_relaxed); }

namespace runtime {

State &state() {
  static State the;
  return the;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string joined(const std::vector<std::string> &items) {
  std::string text;
  for (const auto &item : items) text.append(text.empty() ? "" : ", ").append(item);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

}  // namespace runtime
}  // namespace pmill
