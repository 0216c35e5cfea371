// SPDX-License-Identifier: BSD-3-Clause
// The one instance of a configuration that a library is.
#pragma once

#include <rte_mempool.h>

#include <string>
#include <string_view>

#include "port.hh"

extern "C" {
/// The configuration, which was compiled, and its ports in the order of the header's numbers.
extern const pmill::ProgramInfo pmill_program;
extern const std::string_view pmill_library_ports[];
extern const unsigned pmill_library_port_count;
}

namespace pmill::library {

/// What a caller may have done wrong, or the configuration asks for and cannot have; empty:
/// nothing.
std::string &error();

/// Starts; false, with an error, when that cannot be. Once.
bool start(rte_mempool *pool, unsigned workers);
/// Ends: files are written, packets that elements keep are freed.
void stop();
bool runs();

/// What a worker of a running library does; there is one of that number.
unsigned process(unsigned worker, unsigned port, rte_mbuf **packets, unsigned n);
unsigned poll(unsigned worker);
unsigned sent(unsigned worker, unsigned port, rte_mbuf ***packets);

}  // namespace pmill::library
