// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/busy_time.hh>

namespace pmill {

void Stretches::add(std::uint64_t cycles, std::uint64_t packets) {
  if (skip_ != 0) {
    --skip_;
    return;
  }
  if (costs_.size() == kRoom) {
    for (std::size_t i = 0; i < kRoom / 2; ++i) costs_[i] = costs_[2 * i];
    costs_.resize(kRoom / 2);
    every_ *= 2;
  }
  if (costs_.empty()) costs_.reserve(kRoom);
  costs_.push_back(static_cast<float>(cycles) / static_cast<float>(packets));
  skip_ = every_ - 1;
}

void Stretches::add(const Stretches &others) {
  costs_.insert(costs_.end(), others.costs_.begin(), others.costs_.end());
}

double Stretches::median() const {
  if (costs_.empty()) return 0;
  std::vector<float> costs = costs_;
  const auto middle = costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2);
  std::nth_element(costs.begin(), middle, costs.end());
  return *middle;
}

}  // namespace pmill
