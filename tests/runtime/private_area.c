// SPDX-License-Identifier: BSD-3-Clause
// Preloaded into a program, says how large the private areas of its pools of mbufs are.
#include <dlfcn.h>
#include <rte_mbuf.h>
#include <stdio.h>

typedef struct rte_mempool *make(const char *, unsigned, unsigned, uint16_t, uint16_t, int);

struct rte_mempool *rte_pktmbuf_pool_create(const char *name, unsigned count, unsigned cache,
                                            uint16_t private_bytes, uint16_t room, int socket) {
  make *real = (make *)dlsym(RTLD_NEXT, "rte_pktmbuf_pool_create");
  fprintf(stderr, "private area: %u\n", private_bytes);
  return real(name, count, cache, private_bytes, room, socket);
}
