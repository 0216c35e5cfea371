// SPDX-License-Identifier: BSD-3-Clause
#include <bit>
#include <pmill/flow/counts.hh>

namespace pmill::flow {

unsigned Lengths::class_of(std::uint64_t packets) {
  if (packets < kExact) return static_cast<unsigned>(packets);
  const auto shift = static_cast<unsigned>(std::bit_width(packets)) - 6;
  return kExact + (shift - 1) * kParts + static_cast<unsigned>(packets >> shift) - kParts;
}

std::uint64_t Lengths::shortest_of(unsigned number) {
  if (number < kExact) return number;
  const unsigned above = number - kExact;
  return std::uint64_t{above % kParts + kParts} << (above / kParts + 1);
}

void Lengths::add(std::uint64_t packets) {
  ++flows_;
  packets_ += packets;
  ++classes_[class_of(packets)];
}

void Lengths::add(const Lengths &other) {
  flows_ += other.flows_;
  packets_ += other.packets_;
  for (unsigned n = 0; n < classes_.size(); ++n) classes_[n] += other.classes_[n];
}

double Lengths::average() const {
  return flows_ == 0 ? 0 : static_cast<double>(packets_) / static_cast<double>(flows_);
}

std::uint64_t Lengths::median() const {
  std::uint64_t before = 0;
  for (unsigned n = 0; n < classes_.size(); ++n) {
    before += classes_[n];
    if (before * 2 > flows_) return shortest_of(n);
  }
  return 0;
}

std::string Lengths::text() const {
  std::string text;
  for (unsigned n = 0; n < classes_.size(); ++n)
    if (classes_[n] != 0)
      text += std::to_string(shortest_of(n)) + " " + std::to_string(classes_[n]) + "\n";
  return text;
}

User::Kept Counts::start(std::uint32_t capacity) {
  flows_ = HugeArray<Flow>(std::size_t{capacity} + 1);
  flows_.populate();
  return {reinterpret_cast<const std::byte *>(flows_.data()), sizeof(Flow)};
}

void Counts::end(Id id) {
  Flow &flow = flows_[id];
  if (flow.packets == 0) return;  // none came here
  ended_.add(flow.packets);
  flow = {};
  --open_->value;
}

void Counts::collect(Lengths &into) const {
  into.add(ended_);
  for (std::size_t id = 1; id < flows_.size(); ++id)
    if (flows_[id].packets != 0) into.add(flows_[id].packets);
}

}  // namespace pmill::flow
