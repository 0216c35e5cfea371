// SPDX-License-Identifier: BSD-3-Clause
// The command line of a compiled program.
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pmill/options.hh>

#include "runtime.hh"

namespace pmill {
namespace {

constexpr const char *kHelp = R"(usage: %s [OPTIONS] [-- EAL ARGUMENTS]

Runs the compiled Click configuration %.*s.

  --duration S        stop after S seconds
  --forever           do not stop when no source will ever make a packet again
  --check             initialize every element and stop before the first packet
  --simtime[=T]       simulate the clock: it starts at T seconds (1000000000) and leaps to
                      whatever is next to be done; with one worker
  --simtick NS        nanoseconds that every look at a simulated clock takes (1)
  --stats=text|json|none
                      how to print the statistics at the end (text)
  --expect PORT=N     stop when PORT has received N packets and all are done;
                      repeat it to wait for several ports
  -h ELEMENT.HANDLER  print what a handler says at the end; * and ? match names
  --poll=busy|adaptive
                      whether workers sleep while there is nothing to do (busy)
  --write 'ELEMENT.HANDLER VALUE'
                      write to a handler before the first packet
  -x ELEMENT.HANDLER  end with the status that a handler says
  --control PATH|PORT serve Click's control protocol on a Unix socket, or on a port of this host
  --workers N         use N workers, on CPUs of their own if there are enough (1)
  --buffers N         buffers in each pool (as many as the configuration needs)
  --verbose           show what DPDK says
  --help              this text

Without EAL arguments the program runs anywhere: on one CPU, without hugepages,
without PCI devices. With EAL arguments they count; where they name only virtual
devices and say nothing of memory, --no-huge and enough of -m are added.

  %s -- --vdev net_pcap0,rx_pcap=in.pcap,tx_pcap=out.pcap
  %s -- -l 0-2 -a 0000:01:00.0
)";

[[noreturn]] void wrong(const Options &options, const std::string &message) {
  fail("", message, "see " + options.program + " --help");
}

/// The value of `--name=VALUE` or `--name VALUE`; nullptr when the word is another option.
const char *value_of(const Options &options, std::string_view name, int argc, char **argv, int &i) {
  const std::string_view word = argv[i];
  if (!word.starts_with(name)) return nullptr;
  if (word.size() > name.size())
    return word[name.size()] == '=' ? argv[i] + name.size() + 1 : nullptr;
  if (i + 1 == argc || std::strcmp(argv[i + 1], "--") == 0)
    wrong(options, std::string(name) + " needs a value");
  return argv[++i];
}

std::uint64_t count(const Options &options, std::string_view name, std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size())
    wrong(options, std::string(name) + " needs a number of " +
                       (name == "--buffers"   ? "buffers"
                        : name == "--workers" ? "workers"
                        : name == "--simtick" ? "nanoseconds"
                                              : "packets") +
                       ", not " + runtime::quoted(text));
  return n;
}

/// Seconds since the epoch, with fractions, as nanoseconds.
std::int64_t epoch(const Options &options, std::string_view text) {
  const std::string copy(text);
  char *end = nullptr;
  const long double seconds = std::strtold(copy.c_str(), &end);
  if (copy.empty() || *end != '\0' || !(seconds >= 0) || !(seconds < 9e9L))
    wrong(options, "--simtime needs seconds since 1970, not " + runtime::quoted(text));
  return static_cast<std::int64_t>(std::llroundl(seconds * 1e9L));
}

double duration(const Options &options, const char *text) {
  char *end = nullptr;
  const double seconds = std::strtod(text, &end);
  if (end == text || *end != '\0' || !(seconds > 0) || !std::isfinite(seconds))
    wrong(options, "--duration needs a number of seconds, not " + runtime::quoted(text));
  return seconds;
}

Expectation expectation(const Options &options, std::string_view text) {
  const auto equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0)
    wrong(options, "--expect needs PORT=N, not " + runtime::quoted(text));
  return {std::string(text.substr(0, equals)), count(options, "--expect", text.substr(equals + 1))};
}

StatsFormat format(const Options &options, std::string_view text) {
  if (text == "text") return StatsFormat::text;
  if (text == "json") return StatsFormat::json;
  if (text == "none") return StatsFormat::none;
  wrong(options, "--stats is text, json or none, not " + runtime::quoted(text));
}

bool is_adaptive(const Options &options, std::string_view text) {
  if (text != "busy" && text != "adaptive")
    wrong(options, "--poll is busy or adaptive, not " + runtime::quoted(text));
  return text == "adaptive";
}

}  // namespace

Options parse_options(int argc, char **argv, std::string_view name) {
  Options options;
  options.program = argc > 0 ? argv[0] : "program";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&](std::string_view option) {
      return value_of(options, option, argc, argv, i);
    };
    if (word == "--") {
      options.has_eal = true;
      options.eal.assign(argv + i + 1, argv + argc);
      break;
    }
    if (word == "--help") {
      const char *program = options.program.c_str();
      std::printf(kHelp, program, static_cast<int>(name.size()), name.data(), program, program);
      std::exit(0);
    }
    if (word == "--verbose" || word == "-v") {
      options.verbose = true;
    } else if (word == "--forever") {
      options.forever = true;
    } else if (word == "--check") {
      options.check = true;
    } else if (word == "--simtime") {
      options.simulated = true;
    } else if (word.starts_with("--simtime=")) {
      options.simulated = true;
      options.epoch = epoch(options, word.substr(std::strlen("--simtime=")));
    } else if (const char *t = value("--simtick")) {
      options.tick = static_cast<std::int64_t>(count(options, "--simtick", t));
    } else if (const char *s = value("--duration")) {
      options.duration = duration(options, s);
    } else if (const char *f = value("--stats")) {
      options.stats = format(options, f);
    } else if (const char *e = value("--expect")) {
      options.expect.push_back(expectation(options, e));
    } else if (const char *p = value("--poll")) {
      options.adaptive = is_adaptive(options, p);
    } else if (const char *h = value("-h")) {
      options.reads.emplace_back(h);
    } else if (const char *w = value("--write")) {
      options.writes.emplace_back(w);
    } else if (const char *x = value("-x")) {
      options.exit = x;
    } else if (const char *c = value("--control")) {
      options.control = c;
    } else if (const char *n = value("--workers")) {
      constexpr std::uint64_t kMost = 127;  // EAL has 128 lcores
      const std::uint64_t workers = count(options, "--workers", n);
      if (workers == 0 || workers > kMost) wrong(options, "--workers needs 1 to 127 workers");
      options.workers = static_cast<unsigned>(workers);
    } else if (const char *b = value("--buffers")) {
      options.buffers = count(options, "--buffers", b);
      if (options.buffers == 0) wrong(options, "--buffers needs at least one buffer");
    } else {
      wrong(options, "unknown option " + runtime::quoted(word) +
                         (word.starts_with("-") ? "; EAL's own stand after --" : ""));
    }
  }
  return options;
}

}  // namespace pmill
