// SPDX-License-Identifier: BSD-3-Clause
#include <rte_lcore.h>

#include <algorithm>
#include <cstring>
#include <pmill/handler.hh>
#include <pmill/worker.hh>

namespace pmill {

int find_on_socket(int home) {
  const auto socket = static_cast<unsigned>(socket_of(home));
  const int core = core_of(home);
  // With one worker it is the main lcore's.
  if (rte_lcore_count() == 1)
    return core == 0 && rte_lcore_to_socket_id(rte_get_main_lcore()) == socket ? 0 : -1;
  unsigned lcore = 0;
  int worker = 0, before = 0;
  RTE_LCORE_FOREACH_WORKER(lcore) {
    if (rte_lcore_to_socket_id(lcore) == socket && before++ == core) return worker;
    ++worker;
  }
  return -1;
}

unsigned worker_on_socket(int home, unsigned count) {
  const int found = find_on_socket(home);
  return static_cast<unsigned>(found >= 0 ? found : core_of(home)) % count;
}

void Worker::discard(Buffer b) { release(b); }

Buffer Worker::allocate(std::uint32_t headroom, std::uint32_t length) {
  Buffer b = buffer::allocate(pool);
  if (b != nullptr &&
      std::uint64_t{headroom} + std::max(length, kReadAhead) > buffer::capacity(b)) {
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
  buffer::release(pool, released_, released_count_);
  released_count_ = 0;
}

}  // namespace pmill
