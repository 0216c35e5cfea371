// SPDX-License-Identifier: BSD-3-Clause
// What the elements Script and DriverManager ask the runtime for.
#pragma once

#include <cstdint>
#include <string_view>

namespace pmill {

/// When a script runs: at the start, when a handler says so, for every packet, for any handler of
/// its element, at the start and deciding about the end, or when a signal comes.
enum class ScriptType : std::uint8_t { active, passive, packet, proxy, driver, signal };

/// `text`: the instructions as pmill has written them. `signals`: numbers, a space between two.
struct ScriptRequest {
  ScriptType type = ScriptType::active;
  std::string_view signals;
  std::string_view text;
};

class Setup;
/// The element that speaks has a script.
void add_script(Setup &setup, const ScriptRequest &request);
/// Runs the script of an element for a packet from `input`; the output it takes.
int run_script(std::string_view element, unsigned input);

}  // namespace pmill
