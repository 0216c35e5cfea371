// SPDX-License-Identifier: BSD-3-Clause
// The rings that an AF_XDP socket shares with the kernel (Linux, Documentation/networking/af_xdp).
//
// Memory for frames, the UMEM, is registered once; a frame is then named by where it lies in it.
// One side of a ring produces entries, the other consumes them: each has an index that only it
// writes, and keeps a copy of the other's, so that the other's cache line is read when the copy
// says that there is nothing, and not before.
#pragma once

#include <linux/if_xdp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <pmill/attributes.hh>

namespace pmill::xdp {

/// A frame of the UMEM by the byte where its chunk begins, and how far its data is behind that:
/// both are in one word, as the kernel wants it of chunks that lie anywhere.
struct Address {
  static constexpr unsigned kOffsetShift = XSK_UNALIGNED_BUF_OFFSET_SHIFT;
  std::uint64_t word = 0;

  PMILL_INLINE static Address of(std::uint64_t chunk, std::uint64_t offset) {
    return {chunk | offset << kOffsetShift};
  }
  PMILL_INLINE std::uint64_t chunk() const { return word & XSK_UNALIGNED_BUF_ADDR_MASK; }
  PMILL_INLINE std::uint64_t offset() const { return word >> kOffsetShift; }
};

/// One ring, mapped: what both sides have.
template <typename Entry>
class Ring {
 public:
  void map(std::byte *memory, const xdp_ring_offset &at, std::uint32_t size) {
    producer_ = reinterpret_cast<std::uint32_t *>(memory + at.producer);
    consumer_ = reinterpret_cast<std::uint32_t *>(memory + at.consumer);
    flags_ = reinterpret_cast<std::uint32_t *>(memory + at.flags);
    entries_ = reinterpret_cast<Entry *>(memory + at.desc);
    mask_ = size - 1;
  }
  std::uint32_t size() const { return mask_ + 1; }
  /// Whether the kernel looks at the ring only when it is asked to.
  PMILL_INLINE bool asleep() const {
    return (__atomic_load_n(flags_, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP) != 0;
  }

 protected:
  std::uint32_t *producer_ = nullptr, *consumer_ = nullptr, *flags_ = nullptr;
  Entry *entries_ = nullptr;
  std::uint32_t mask_ = 0;
  std::uint32_t mine_ = 0;    // the next entry of this side
  std::uint32_t theirs_ = 0;  // where the other was when it was last looked at
};

/// A ring that the program fills: chunks to receive into, frames to transmit.
template <typename Entry>
class Produced : public Ring<Entry> {
 public:
  /// How many of `wanted` entries may be written now.
  PMILL_INLINE std::uint32_t room(std::uint32_t wanted) {
    std::uint32_t free = this->theirs_ + this->size() - this->mine_;
    if (free < wanted) {
      this->theirs_ = __atomic_load_n(this->consumer_, __ATOMIC_ACQUIRE);
      free = this->theirs_ + this->size() - this->mine_;
    }
    return std::min(free, wanted);
  }
  /// The entry `i` behind those that were handed over; i is less than what room() said.
  PMILL_INLINE Entry &at(std::uint32_t i) {
    return this->entries_[(this->mine_ + i) & this->mask_];
  }
  /// Hands `count` entries over.
  PMILL_INLINE void submit(std::uint32_t count) {
    this->mine_ += count;
    __atomic_store_n(this->producer_, this->mine_, __ATOMIC_RELEASE);
  }
  /// The i-th entry before the next one, as it was handed over; i is at most waiting().
  Entry before(std::uint32_t i) const { return this->entries_[(this->mine_ - i) & this->mask_]; }
  /// Whether the kernel has not taken all entries: for anybody to ask.
  bool stalls() const {
    return __atomic_load_n(this->producer_, __ATOMIC_RELAXED) !=
           __atomic_load_n(this->consumer_, __ATOMIC_RELAXED);
  }
  /// How many entries the kernel has not taken yet.
  PMILL_INLINE std::uint32_t waiting() const {
    return this->mine_ - __atomic_load_n(this->consumer_, __ATOMIC_ACQUIRE);
  }
};

/// A ring that the kernel fills: frames received, chunks whose frames are transmitted.
template <typename Entry>
class Consumed : public Ring<Entry> {
 public:
  /// How many entries there are, `most` at most.
  PMILL_INLINE std::uint32_t available(std::uint32_t most) {
    std::uint32_t here = this->theirs_ - this->mine_;
    if (here == 0) {
      this->theirs_ = __atomic_load_n(this->producer_, __ATOMIC_ACQUIRE);
      here = this->theirs_ - this->mine_;
    }
    return std::min(here, most);
  }
  /// The i-th of them.
  PMILL_INLINE const Entry &at(std::uint32_t i) const {
    return this->entries_[(this->mine_ + i) & this->mask_];
  }
  /// Gives the first `count` back: the kernel may overwrite them.
  PMILL_INLINE void release(std::uint32_t count) {
    this->mine_ += count;
    __atomic_store_n(this->consumer_, this->mine_, __ATOMIC_RELEASE);
  }
};

}  // namespace pmill::xdp
