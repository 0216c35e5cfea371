// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <pmill/io/replay.hh>
#include <pmill/net/link.hh>
#include <pmill/setup.hh>
#include <utility>

namespace pmill {
namespace {

std::string in_quotes(std::string_view name) { return "'" + std::string(name) + "'"; }

std::string open(const ReplayOptions &options, pcap::Reader &reader, std::string &hint) {
  Bytes content;
  std::string error = InputFiles::load(options.filename, options.map, content);
  if (!error.empty()) {
    hint = "give the name of a capture file that can be read";
    return error;
  }
  error = reader.open(content, hint);
  if (error.empty() && options.filepos > reader.position()) reader.seek(options.filepos);
  return error;
}

/// The length of the longest packet; ends the program when a record cannot be true.
std::uint32_t longest(const ReplayOptions &options, const Setup &setup, pcap::Reader reader) {
  using Found = pcap::Reader::Found;
  std::uint32_t bytes = options.force_len;
  pcap::Record record;
  Found found = Found::end;
  while ((found = reader.next(record)) == Found::record)
    if (options.force_len == 0) bytes = std::max(bytes, record.captured);
  if (found == Found::damaged)
    setup.fail(in_quotes(options.filename) + ": the record at byte " +
                   std::to_string(record.position) + " claims to hold " +
                   std::to_string(record.captured) + " bytes",
               "the file is damaged; editcap or tcpdump may save what is before");
  return bytes;
}

/// Touches the first records, so that the system has them in memory.
void touch(std::uint32_t count, pcap::Reader reader) {
  pcap::Record record;
  std::uint32_t touched = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (reader.next(record) != pcap::Reader::Found::record) break;
    for (std::uint32_t at = 0; at < record.captured; at += 64) touched += record.data[at];
  }
  asm volatile("" : : "r"(touched));
}

}  // namespace

void ReplayWindow::start(const ReplayOptions &options) {
  start_ = options.start;
  start_after_ = options.start_after;
  end_ = options.end;
  end_after_ = options.end_after;
  interval_ = options.interval;
  bounded_ = end_ != 0 || end_after_ != 0 || interval_ != 0;
}

ReplayWindow::Place ReplayWindow::place(std::int64_t timestamp) {
  if (!known_) settle(timestamp);
  if (!begun_ && timestamp < start_) return Place::before;
  begun_ = true;
  return bounded_ && timestamp >= end_ + extension_ ? Place::after : Place::inside;
}

/// Relative times count from the first packet of the file.
void ReplayWindow::settle(std::int64_t first) {
  known_ = true;
  if (start_after_ != 0 || start_ == 0) start_ = first + start_after_;
  if (end_after_ != 0) end_ = first + end_after_;
  if (interval_ != 0) end_ = start_ + interval_;
}

std::string ReplayPace::start(const ReplayOptions &options) {
  percent_ = options.acceleration;
  if (options.timing_fnt.empty()) return {};
  varies_ = true;
  return formula_.compile(options.timing_fnt);
}

bool ReplayPace::due(std::int64_t timestamp, std::int64_t now) {
  if (!begun_) {
    begun_ = true;
    capture_begin_ = timestamp;
    clock_begin_ = now;
  }
  const auto elapsed = static_cast<double>(now - clock_begin_);
  if (varies_) percent_ = formula_(elapsed / 1e9);
  // A pace of its own at each moment: what it was since the last look is added up. Where the
  // function has no value, as 1 / x at the first packet, nothing is.
  const double more = (elapsed - elapsed_) * percent_ / 100;
  if (std::isfinite(more)) capture_elapsed_ += more;
  elapsed_ = elapsed;
  return static_cast<double>(timestamp - capture_begin_) <= capture_elapsed_;
}

std::int64_t ReplayPace::when(std::int64_t timestamp) const {
  constexpr double kLookAgain = 1e6;  // ns, where the pace varies
  const double missing = static_cast<double>(timestamp - capture_begin_) - capture_elapsed_;
  const double wait = varies_ || percent_ <= 0 ? kLookAgain : missing * 100 / percent_;
  return clock_begin_ + static_cast<std::int64_t>(elapsed_ + std::ceil(wait));
}

void Replay::check(const ReplayOptions &options, Setup &setup) {
  pcap::Reader reader;
  std::string hint;
  const std::string file = in_quotes(options.filename);
  if (!FileUses::claim(options.filename, false))
    setup.fail(file + " is also written", "write to another file");
  if (const std::string error = open(options, reader, hint); !error.empty())
    setup.fail(file + ": " + error, hint);
  if ((options.start != 0) + (options.start_after != 0) > 1)
    setup.fail("START and START_AFTER exclude each other", "give one of them");
  if ((options.end != 0) + (options.end_after != 0) + (options.interval != 0) > 1)
    setup.fail("END, END_AFTER and INTERVAL exclude each other", "give one of them");
  if (const std::string error = ReplayPace().start(options); !error.empty())
    setup.fail("TIMING_FNT: " + error, "an example: 100 + 50 * sin(x)");
  if (options.force_ip && !net::knows_link(reader.link()))
    setup.fail(file + ": FORCE_IP does not know link type " + std::to_string(reader.link()),
               "leave FORCE_IP out");
  pcap::publish_link(setup.name(), reader.link());
  setup.buffers(std::min(longest(options, setup, reader), kMaxBytes));
}

void Replay::start(const ReplayOptions &options) {
  std::string hint;
  filename_ = options.filename;
  open(options, reader_, hint);  // check() has opened the file: nothing can be wrong with it here
  window_.start(options);
  pace_.start(options);
  touch(options.preload, reader_);
}

bool Replay::next(std::string_view element) {
  for (;;) {
    using Found = pcap::Reader::Found;
    const Found found = std::exchange(beyond_, false) ? Found::record : reader_.next(record_);
    if (found == Found::truncated)
      std::fprintf(stderr, "%.*s :: FromDump: '%.*s' ends inside a packet, which is left out\n",
                   static_cast<int>(element.size()), element.data(),
                   static_cast<int>(filename_.size()), filename_.data());
    if (found != Found::record) return false;
    switch (window_.place(record_.timestamp)) {
      case ReplayWindow::Place::before:
        continue;
      case ReplayWindow::Place::after:
        beyond_ = true;
        return false;
      case ReplayWindow::Place::inside:
        return true;
    }
  }
}

}  // namespace pmill
