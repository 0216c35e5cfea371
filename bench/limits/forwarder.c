// SPDX-License-Identifier: BSD-3-Clause
// What examples/forwarder.click says, by hand: swap the Ethernet addresses, send back.
#include <immintrin.h>

#include "limits.h"

struct forwarder {
  uint64_t runts;
};

static ALWAYS_INLINE void mirror(struct rte_mbuf *m) {
  uint8_t *d = rte_pktmbuf_mtod(m, uint8_t *);
  const __m128i swap = _mm_setr_epi8(6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15);
  // Sixteen bytes are always there: the buffer goes on behind a frame that is shorter.
  _mm_storeu_si128((__m128i *)d, _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)d), swap));
}

static ALWAYS_INLINE void forwarder_burst(struct limits *l, void *state, uint16_t port,
                                          struct rte_mbuf **m, uint16_t n) {
  struct forwarder *f = state;
  for (uint16_t i = 0; i < n; i++) {
    if (unlikely_(m[i]->data_len < 12)) {
      f->runts++;
    } else {
      mirror(m[i]);
    }
  }
  limits_send(l, port, m, n);
}

static void forwarder_report(const void *state, FILE *to) {
  const struct forwarder *f = state;
  fprintf(to, ",\"runts\":%" PRIu64, f->runts);
}

int main(int argc, char **argv) {
  static struct forwarder forwarder;
  return limits_run(argc, argv, forwarder_burst, forwarder_report, &forwarder);
}
