// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pmill/io/record_file.hh>

namespace pmill {

void RecordFile::make_room(std::size_t most) {
  constexpr std::size_t kBytes = 256 * 1024;
  flush();
  if (buffer_.size() < most) buffer_.resize(std::max(most, kBytes));
}

void RecordFile::flush() {
  if (used_ == 0) return;
  const bool failed = !error().empty();
  const std::size_t written = failed ? 0 : file_.write(buffer_.data(), used_);
  if (written < used_) {
    const auto first_lost = std::upper_bound(ends_.begin(), ends_.end(), written);
    lost_ += static_cast<std::uint64_t>(ends_.end() - first_lost);
    if (!failed) file_.cut(written - (first_lost == ends_.begin() ? 0 : first_lost[-1]));
  }
  used_ = 0;
  ends_.clear();
}

}  // namespace pmill
