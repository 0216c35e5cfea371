// SPDX-License-Identifier: BSD-3-Clause
// The functions that an application calls. pmill renames them when it makes a library: NAME_ stands
// for pmill_library_ then, and nothing else of a library can be seen from outside.
#include <algorithm>
#include <cstring>

#include "../control/control.hh"
#include "instance.hh"

namespace {

using pmill::library::error;
namespace library = pmill::library;
namespace runtime = pmill::runtime;

bool is_worker(unsigned worker) {
  if (library::runs() && worker < runtime::state().worker_count) return true;
  error() = library::runs() ? "there is no worker " + std::to_string(worker) : "it does not run";
  return false;
}

/// What a handler said: its text when all is well, else an error, and Click's number for it.
int said(const runtime::Reply &reply) {
  if (reply.good()) return 0;
  error() = reply.text;
  return -static_cast<int>(reply.verdict);
}

}  // namespace

extern "C" {

int pmill_library_run(int argc, char **argv) { return pmill::run(argc, argv, pmill_program); }

int pmill_library_start(rte_mempool *pool, unsigned workers) {
  return library::start(pool, workers) ? 0 : -1;
}

void pmill_library_stop() {
  if (library::runs()) library::stop();
}

unsigned pmill_library_process(unsigned worker, unsigned port, rte_mbuf **packets, unsigned n) {
  return is_worker(worker) ? library::process(worker, port, packets, n) : 0;
}

unsigned pmill_library_poll(unsigned worker) {
  return is_worker(worker) ? library::poll(worker) : 0;
}

unsigned pmill_library_sent(unsigned worker, unsigned port, rte_mbuf ***packets) {
  return is_worker(worker) ? library::sent(worker, port, packets) : 0;
}

int pmill_library_control() {
  if (!library::runs()) return 0;
  runtime::Control &control = runtime::Control::instance();
  return control.active() && control.turn() ? 1 : 0;
}

int pmill_library_ended() { return pmill::Worker::stopping() ? 1 : 0; }

long pmill_library_read(const char *handler, char *text, std::size_t size) {
  if (!is_worker(0)) return -1;
  const runtime::Reply reply = runtime::Control::instance().read(handler, "");
  if (const int failed = said(reply); failed != 0) return failed;
  if (size != 0) {
    const std::size_t n = std::min(size - 1, reply.text.size());
    std::memcpy(text, reply.text.data(), n);
    text[n] = '\0';
  }
  return static_cast<long>(reply.text.size());
}

int pmill_library_write(const char *handler, const char *value) {
  return is_worker(0) ? said(runtime::Control::instance().write(handler, value)) : -1;
}

const char *pmill_library_error() { return error().c_str(); }
}
