// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/port.hh>

namespace pmill {

unsigned drop_waiting(Worker &worker, std::span<const RxQueue> queues) {
  constexpr unsigned kMostRounds = 64;
  unsigned dropped = 0;
  for (const RxQueue &queue : queues)
    for (unsigned rounds = 0; rounds < kMostRounds; ++rounds) {
      const unsigned n = drop_burst(worker, queue);
      if (n == 0) break;
      dropped += n;
    }
  return dropped;
}

}  // namespace pmill
