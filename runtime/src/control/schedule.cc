// SPDX-License-Identifier: BSD-3-Clause
// Handlers of what workers run: whether they do, how often, and which of them.
#include <utility>

#include "../runtime.hh"
#include "control.hh"

namespace pmill::runtime {
std::string Control::schedule(const Handler &handler) const {
  const auto instance = static_cast<std::size_t>(handler.instance);
  const Schedule &schedule = *program_->instances[instance].schedule;
  if (handler.name == "scheduled") return schedule.scheduled ? "true" : "false";
  if (handler.name == "tickets") return std::to_string(schedule.tickets);
  return std::to_string(home_of(*program_, instance));
}

Reply Control::write_schedule(const Handler &handler, std::string_view text) {
  constexpr unsigned kMostTickets = 1 << 20;
  Schedule &schedule = *program_->instances[static_cast<std::size_t>(handler.instance)].schedule;
  const Quiescence still;
  if (!still.reached()) return {Verdict::failed, "a worker is stuck"};
  std::string error;
  if (handler.name == "scheduled") {
    if (!read_value(schedule.scheduled, text, error)) return {Verdict::failed, error};
  } else if (handler.name == "tickets") {
    unsigned tickets = 0;
    if (!read_value(tickets, text, error)) return {Verdict::failed, error};
    if (tickets == 0 || tickets > kMostTickets)
      return {Verdict::failed, quoted(text) + " is not in 1 … " + std::to_string(kMostTickets)};
    schedule.tickets = tickets;
  } else {
    int home = 0;
    if (!read_value(home, text, error)) return {Verdict::failed, error};
    if (home >= static_cast<int>(workers_.size()) || home < -static_cast<int>(workers_.size()))
      return {Verdict::failed, "there is no worker " + std::to_string(home)};
    const auto instance = static_cast<std::size_t>(handler.instance);
    const unsigned runner = home_of(*program_, instance);
    const int before = std::exchange(schedule.home, home);
    if (const auto crowd = find_crowd(*program_)) {
      schedule.home = before;
      return {Verdict::failed,
              std::string(crowd->element.name) + " serves one worker. " + std::string(crowd->why)};
    }
    if (const unsigned next = home_of(*program_, instance); next != runner)
      program_->move(*workers_[runner].worker, *workers_[next].worker, instance);
  }
  reconsider();
  return {};
}

}  // namespace pmill::runtime
