// SPDX-License-Identifier: BSD-3-Clause
#include <sys/random.h>

#include <pmill/flow/flows.hh>
#include <pmill/worker.hh>

#include "../runtime.hh"

namespace pmill::flow {

Secret make_secret(Worker &worker) {
  Secret secret;
  // The worker's random numbers have a seed that can be tried out; where they repeat, so must this.
  if (runtime::state().setup->seed() || getrandom(&secret, sizeof secret, GRND_NONBLOCK) < 0)
    worker.random.fill(reinterpret_cast<std::uint8_t *>(&secret), sizeof secret);
  return secret;
}

}  // namespace pmill::flow
