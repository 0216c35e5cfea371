// SPDX-License-Identifier: BSD-3-Clause
// Where a device's received frames come from: a capture or a generator; all are in memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "settings.hh"

namespace pmill::nic {

using Frame = std::span<const std::uint8_t>;

/// The frames that a device receives, in their order.
class Frames {
 public:
  /// Loads a capture or makes frames; the empty string, or what is wrong.
  std::string load(const Settings &settings);

  std::size_t size() const { return frames_.size(); }
  const Frame &operator[](std::size_t i) const { return frames_[i]; }
  /// Whether they begin again when all were received.
  bool endless() const { return endless_; }

 private:
  std::string read(const std::string &path);
  void generate(std::uint32_t flows, std::uint32_t bytes);

  std::vector<std::uint8_t> bytes_;
  std::vector<Frame> frames_;
  bool endless_ = false;
};

/// A capture of what a device transmits.
class Capture {
 public:
  Capture() = default;
  Capture(const Capture &) = delete;
  Capture &operator=(const Capture &) = delete;
  ~Capture() { close(); }

  /// Creates a file; the empty string, or what is wrong.
  std::string create(const std::string &path);
  bool is_open() const { return file_ != nullptr; }
  /// Appends a frame, received `ns` after the epoch.
  void write(Frame frame, std::uint64_t ns);
  /// Writes out what is buffered.
  void flush();
  void close();

 private:
  void *file_ = nullptr;
};

}  // namespace pmill::nic
