// SPDX-License-Identifier: BSD-3-Clause
// The driver of net_pmill that exchanges buffers with an application: pmill/xchg.hh. It does what
// runtime/nic/host.cc does for mbufs, compiled together with the application.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <pmill/apart.hh>
#include <pmill/attributes.hh>
#include <pmill/nic/exchange.hh>
#include <pmill/xchg.hh>

namespace pmill::xchg::nic {

/// A receive queue. Every descriptor holds a buffer from start to stop: one of which the frame was
/// handed over gets another.
class alignas(kApart) RxQueue {
 public:
  RxQueue(std::uint16_t port, std::uint16_t queue)
      : ring_(pmill::nic::rx_ring(port, queue)), device_(pmill::nic::device_of(port)) {
    pmill::nic::count_no_buffer(port, queue, &no_buffer_);
  }
  RxQueue(const RxQueue &) = delete;
  RxQueue &operator=(const RxQueue &) = delete;

  /// Posts a buffer for every descriptor, when the device has started; false, and none is posted,
  /// when the application has not enough.
  bool start(Receiver auto &app) {
    using A = std::remove_reference_t<decltype(app)>;
    stepped_ = pmill::nic::is_stepped(device_);
    for (held_ = 0; held_ < ring_.size; ++held_) {
      const typename A::Buffer fresh = app.exchange();
      if (fresh == nullptr) return false;
      ring_.descriptors[held_] = {A::room(fresh), A::room_bytes(), 0};
    }
    ring_.post(ring_.size);
    return true;
  }
  /// Gives all buffers to `give_back(buffer)`, when the device has stopped.
  template <Receiver A>
  void stop(auto &&give_back) {
    for (std::uint32_t i = 0; i < held_; ++i) give_back(A::with_room(ring_.descriptors[i].data));
    held_ = 0;
  }

  /// Receives up to `most` frames and returns how many.
  PMILL_INLINE unsigned receive(Receiver auto &app, unsigned most, unsigned ahead) {
    if (!polled_ || stepped_) [[unlikely]]
      prepare(most);
    // Values of their own: who runs in between may write what it likes.
    pmill::nic::RxDescriptor *const descriptors = ring_.descriptors;
    const pmill::nic::Completion *const completions = ring_.completions;
    const std::uint32_t size = ring_.size, first = next_;
    std::uint32_t next = first;
    for (const std::uint32_t end = first + most; next != end; ++next) {
      const std::uint32_t at = next & (size - 1);
      if (!pmill::nic::is_complete(completions[at], next, size)) break;
      if (!take(app, descriptors[at], completions[at])) [[unlikely]]
        break;
      if (ahead != 0) __builtin_prefetch(descriptors[(next + ahead) & (size - 1)].data);
    }
    next_ = next;
    if (next != first) ring_.post(next + size);
    return next - first;
  }

 private:
  /// Hands one frame over; false when there is no buffer to exchange.
  template <Receiver A>
  PMILL_INLINE bool take(A &app, pmill::nic::RxDescriptor &descriptor,
                         const pmill::nic::Completion &c) {
    const typename A::Buffer fresh = app.exchange();
    if (fresh == nullptr) [[unlikely]] {
      ++no_buffer_;
      return false;
    }
    std::uint8_t *const at = descriptor.data;
    descriptor.data = A::room(fresh);
    typename A::Descriptor d{};
    app.set_buffer(d, A::with_room(at));
    app.set_data(d, at);
    app.set_length(d, c.length);
    if constexpr (A::wants(Field::timestamp)) app.set_timestamp(d, c.timestamp);
    if constexpr (A::wants(Field::rss_hash)) app.set_rss_hash(d, c.rss_hash);
    if constexpr (A::wants(Field::vlan_tag)) app.set_vlan_tag(d, c.vlan_tci);
    if constexpr (A::wants(Field::packet_type)) app.set_packet_type(d, c.packet_type);
    if constexpr (A::wants(Field::mark)) app.set_mark(d, c.mark);
    if constexpr (A::wants(Field::flags)) app.set_flags(d, c.flags);  // the same bits
    app.finish(d);
    return true;
  }

  /// What is to be done before a poll, the first or any of a device without a thread.
  [[gnu::noinline]] void prepare(unsigned most) {
    if (!polled_) pmill::nic::wake(device_);
    polled_ = true;
    if (stepped_) pmill::nic::step_receive(device_, most);
  }

  pmill::nic::RxRing &ring_;
  pmill::nic::Device &device_;
  std::uint32_t next_ = 0;  // completion
  std::uint32_t held_ = 0;  // descriptors that hold a buffer
  bool polled_ = false;
  bool stepped_ = false;
  std::uint64_t no_buffer_ = 0;
};
static_assert(flag::kRssHash == pmill::nic::completion::kHash &&
              flag::kVlanStripped == pmill::nic::completion::kVlanStripped &&
              flag::kVlan == pmill::nic::completion::kVlan &&
              flag::kIpGood == pmill::nic::completion::kIpGood &&
              flag::kIpBad == pmill::nic::completion::kIpBad &&
              flag::kL4Good == pmill::nic::completion::kL4Good &&
              flag::kL4Bad == pmill::nic::completion::kL4Bad &&
              flag::kMark == pmill::nic::completion::kMark &&
              flag::kTimestamp == pmill::nic::completion::kTimestamp);

/// A transmit queue. What the device is done with comes back at the next burst, so that the buffers
/// used next are those that were used last.
template <typename Buffer>
class alignas(kApart) TxQueue {
 public:
  TxQueue(std::uint16_t port, std::uint16_t queue)
      : ring_(pmill::nic::tx_ring(port, queue)),
        device_(pmill::nic::device_of(port)),
        kept_(std::make_unique<Buffer[]>(ring_.size)),
        stepped_(pmill::nic::is_stepped(device_)) {}
  TxQueue(const TxQueue &) = delete;
  TxQueue &operator=(const TxQueue &) = delete;

  /// Sends what there is room for of `count` packets, and returns how many.
  template <Transmitter A>
  PMILL_INLINE unsigned transmit(A &app, const typename A::Outgoing *packets, unsigned count) {
    reclaim(app);
    const unsigned n = std::min(count, ring_.size - (posted_ - freed_));
    pmill::nic::TxDescriptor *const descriptors = ring_.descriptors;
    Buffer *const kept = kept_.get();
    for (unsigned i = 0; i < n; ++i) {
      const std::uint32_t at = ring_.at(posted_ + i);
      kept[at] = A::buffer(packets[i]);
      descriptors[at] = {A::data(packets[i]), A::length(packets[i]), 0};
    }
    posted_ += n;
    ring_.post(posted_);
    if (stepped_) pmill::nic::step_transmit(device_);
    return n;
  }

  /// Gives back what the device is done with: after it has stopped, everything.
  template <Transmitter A>
  PMILL_INLINE void reclaim(A &app) {
    const std::uint32_t done = ring_.done.load(std::memory_order_acquire);
    while (freed_ != done) {  // a stretch that does not wrap around, at once
      const std::uint32_t at = ring_.at(freed_), n = std::min(done - freed_, ring_.size - at);
      app.give_back(&kept_[at], n);
      freed_ += n;
    }
  }

 private:
  pmill::nic::TxRing &ring_;
  pmill::nic::Device &device_;
  std::unique_ptr<Buffer[]> kept_;  // by descriptor
  std::uint32_t posted_ = 0, freed_ = 0;
  bool stepped_ = false;
};

}  // namespace pmill::xchg::nic
