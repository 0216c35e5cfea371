// SPDX-License-Identifier: BSD-3-Clause
#include <rte_lcore.h>

#include <algorithm>
#include <cstring>
#include <pmill/handler.hh>
#include <pmill/worker.hh>

namespace pmill {

unsigned worker_on_socket(int home, unsigned count) {
  const auto socket = static_cast<unsigned>(home - kSocketHomes) / 1024;
  const auto core = static_cast<unsigned>(home - kSocketHomes) % 1024;
  unsigned lcore = 0, worker = 0, before = 0;
  RTE_LCORE_FOREACH_WORKER(lcore) {
    if (rte_lcore_to_socket_id(lcore) == socket && before++ == core) return worker;
    ++worker;
  }
  return core % count;
}

void Worker::discard(Buffer b) { release(b); }

Buffer Worker::allocate(std::uint32_t headroom, std::uint32_t length) {
  Buffer b = buffer::allocate(pool);
  if (b != nullptr && std::uint64_t{headroom} + std::max(length, kReadAhead) > b->buf_len) {
    release(b);
    b = nullptr;
  }
  if (b == nullptr) {
    ++no_buffer;
    return nullptr;
  }
  buffer::set_data(b, buffer::start(b) + headroom);
  buffer::set_length(b, length);
  return b;
}

Buffer Worker::copy(std::uint32_t headroom, const std::uint8_t *from, std::uint32_t length) {
  Buffer b = allocate(headroom, length);
  if (b != nullptr) std::memcpy(buffer::data(b), from, length);
  return b;
}

void Worker::free_released() {
  buffer::release(released_, released_count_);
  released_count_ = 0;
}

}  // namespace pmill
