// SPDX-License-Identifier: BSD-3-Clause
// Which packets of a capture are replayed, and when.
#pragma once

#include <cstdint>
#include <pmill/io/formula.hh>
#include <pmill/io/pcap.hh>
#include <string_view>

namespace pmill {

/// What of a capture is replayed, and how: arguments of FromDump. Times in nanoseconds, 0: not
/// given.
struct ReplayOptions {
  std::string_view filename;
  bool map = true;
  std::uint64_t filepos = 0;
  std::uint32_t preload = 0;
  std::uint32_t force_len = 0;
  bool force_ip = false;
  std::int64_t start = 0, start_after = 0;
  std::int64_t end = 0, end_after = 0, interval = 0;
  std::uint32_t acceleration = 100;
  std::string_view timing_fnt{};
};

/// A span of a capture's time, from START, START_AFTER, END, END_AFTER and INTERVAL.
class ReplayWindow {
 public:
  enum class Place { before, inside, after };

  void start(const ReplayOptions &options);

  /// Where a packet lies. Once one is inside, later ones with earlier times are, too.
  Place place(std::int64_t timestamp);

  /// Moves the end, where there is one.
  void extend(std::int64_t ns) { extension_ += ns; }

 private:
  void settle(std::int64_t first);

  std::int64_t start_ = 0, start_after_ = 0, end_ = 0, end_after_ = 0, interval_ = 0;
  std::int64_t extension_ = 0;
  bool bounded_ = false;
  bool known_ = false;
  bool begun_ = false;
};

/// A pace: the time of the capture as a function of the clock's, from ACCELERATION and TIMING_FNT.
class ReplayPace {
 public:
  /// The empty string, or what is wrong with TIMING_FNT.
  std::string start(const ReplayOptions &options);

  /// Whether a packet of this timestamp is to be emitted by now; the first one always is.
  bool due(std::int64_t timestamp, std::int64_t now);

  /// When a packet of this timestamp, that was not due at the last look, will be.
  std::int64_t when(std::int64_t timestamp) const;

  /// The next packet is the first one again.
  void restart() { begun_ = false, elapsed_ = 0, capture_elapsed_ = 0; }

 private:
  Formula formula_;
  bool varies_ = false;
  bool begun_ = false;
  double percent_ = 100;
  std::int64_t capture_begin_ = 0, clock_begin_ = 0;
  double elapsed_ = 0, capture_elapsed_ = 0;
};

/// The packets of a capture that an element replays.
class Replay {
 public:
  static constexpr std::uint32_t kMaxBytes = 65535 - RTE_PKTMBUF_HEADROOM;

  /// What the element does when it is configured: ends the program when the file or the options
  /// are wrong, and says how long buffers must be.
  static void check(const ReplayOptions &options, Setup &setup);

  /// Begins with the file's first packet.
  void start(const ReplayOptions &options);

  /// Goes to the next packet; false at the end. A file that ends inside a packet is told of in the
  /// name of `element`.
  bool next(std::string_view element);

  /// The packet.
  const pcap::Record &record() const { return record_; }
  std::uint32_t link() const { return reader_.link(); }
  /// Bytes of the file, and of what was read of it.
  std::uint64_t size() const { return reader_.size(); }
  std::uint64_t position() const { return reader_.position(); }
  /// Whether it is to be emitted by now.
  bool due(std::int64_t now) { return pace_.due(record_.timestamp, now); }
  /// When it will be, if it was not at the last look.
  std::int64_t when() const { return pace_.when(record_.timestamp); }
  /// Begins to count time anew.
  void restart() { pace_.restart(); }
  /// Moves the end of the window, where there is one: there may be a next packet again.
  void extend(std::int64_t ns) { window_.extend(ns); }

 private:
  std::string_view filename_;
  pcap::Reader reader_;
  pcap::Record record_;
  bool beyond_ = false;  // the record is behind the window's end
  ReplayWindow window_;
  ReplayPace pace_;
};

}  // namespace pmill
