// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/port.hh>

namespace pmill {

unsigned drop_waiting(std::span<const RxQueue> queues) {
  constexpr unsigned kMostRounds = 64;
  Buffer buffers[64];
  unsigned dropped = 0;
  for (const RxQueue &queue : queues)
    for (unsigned rounds = 0; rounds < kMostRounds; ++rounds) {
      const unsigned n = queue.receive(buffers, 64);
      if (n == 0) break;
      dropped += n;
      buffer::release(buffers, n);
    }
  return dropped;
}

}  // namespace pmill
