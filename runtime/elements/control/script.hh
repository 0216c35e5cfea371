// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/script.hh>
#include <pmill/setup.hh>

namespace pmill::elements {

/// Follows instructions: sets variables, reads and writes handlers, prints, waits, jumps.
///
/// TYPE ACTIVE runs from the start, PASSIVE when its handler `run` is called, PACKET for every
/// packet, which leaves on the output that `return` names, PROXY for any handler of the element
/// that somebody calls, with its name in `$0`, SIGNAL when one of the signals comes. All but PACKET
/// run on the main lcore.
///
/// Instructions: set setq init initq export exportq, print printn printq printnq [> FILE] TEXT,
/// read readq write writeq HANDLER, save append HANDLER FILE, label goto loop, wait TIME, wait_time
/// wait_for wait_step wait_stop pause, return returnq end exit stop error. `$name` is a variable,
/// `$(HANDLER ARGUMENTS)` a handler's value or a function: add sub mul div idiv mod rem neg abs min
/// max eq ne gt ge lt le not and or nand nor if in random length unquote sprintf first now cat get
/// shift readable writable htons htonl ntohs ntohl avg count popcount gt_vec ceil floor round.
/// @needs script
/// @workers A script for packets runs on the main lcore alone.
/// @group control
/// @example InfiniteSource -> c :: Counter -> Discard; Script(wait 1s, print "$(c.count) packets", stop);
struct Script {
  static constexpr Spec spec{
      .ports = "-/-", .processing = "ah/ah", .shares = "stderr random", .workers = "one"};

  struct Args {
    String type = "active";  ///< When it runs. @lowering script_type
    String instructions;     ///< What it does. @rest @lowering script
  };

  static void configure(const auto &args, Setup &setup) {
    ScriptRequest request;
    std::string_view type = args.type;
    request.signals = type.starts_with("signal ") ? type.substr(7) : "";
    request.type = type == "passive"  ? ScriptType::passive
                   : type == "packet" ? ScriptType::packet
                   : type == "proxy"  ? ScriptType::proxy
                   : type == "driver" ? ScriptType::driver
                   : type == "active" ? ScriptType::active
                                      : ScriptType::signal;
    request.text = args.instructions;
    add_script(setup, request);
  }

  static void initialize(auto &self) {
    if (self.args.type == "packet" && !does_control(self.worker))
      fail(self.name, "a script for packets runs on the main lcore, and packets do not",
           "name one lcore: -- -l 0");
  }

  static void push(auto &self, auto &packet) {
    const int output = run_script(self.name, 0);
    if (output < 0 || !emit(self, static_cast<std::size_t>(output), packet))
      self.worker.release(packet.buffer());
  }
};

}  // namespace pmill::elements
