// SPDX-License-Identifier: BSD-3-Clause
// The command line of a compiled program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pmill {

enum class StatsFormat : std::uint8_t { text, json, none };

/// "Stop once `port` has received `packets`."
struct Expectation {
  std::string port;
  std::uint64_t packets = 0;
};

struct Options {
  std::string program;     // as called
  double duration = 0;     // seconds, 0: no limit
  bool forever = false;    // exhausted sources are no reason to end
  bool check = false;      // end when every element is initialized
  bool simulated = false;  // the clock: it starts at `epoch` and goes on by `tick` ns a question
  std::int64_t epoch = 1'000'000'000LL * 1'000'000'000;  // ns since the real one
  std::int64_t tick = 1;
  StatsFormat stats = StatsFormat::text;
  std::vector<Expectation> expect;
  std::vector<std::string> reads;   // handlers to print at the end, ELEMENT.HANDLER
  std::vector<std::string> writes;  // handlers to write at the start, ELEMENT.HANDLER VALUE
  std::string exit;                 // a handler that tells the exit status, or empty
  std::string control;              // where control is served: a port, or the path of a socket
  std::size_t buffers = 0;          // of each pool, 0: as many as needed
  unsigned workers = 0;             // 0: EAL's arguments say how many, or one
  bool adaptive = false;            // workers sleep while there is nothing to do
  bool verbose = false;
  bool has_eal = false;          // whether there was a `--`
  std::vector<std::string> eal;  // what stood after it
};

/// Reads the command line; prints help or an error and ends the program when that is all.
/// `name` is the configuration's.
Options parse_options(int argc, char **argv, std::string_view name);

}  // namespace pmill
