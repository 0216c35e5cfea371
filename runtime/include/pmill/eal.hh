// SPDX-License-Identifier: BSD-3-Clause
// DPDK's environment: started with arguments that are safe anywhere unless the user gave others,
// silent unless it fails.
#pragma once

#include <pmill/options.hh>
#include <pmill/setup.hh>
#include <string>
#include <vector>

namespace pmill {

/// Starts EAL with enough memory for what `setup` asks; ends the program with the cause when
/// that fails.
void start_eal(const Options &options, const Setup &setup);

/// The lcores of the workers: the main one when there is no other, else all others.
std::vector<unsigned> worker_lcores();

/// The last thing that EAL or a driver complained about; empty when nothing is known.
std::string last_complaint();

/// Stops EAL and removes what it left in the file system.
void stop_eal();

}  // namespace pmill
