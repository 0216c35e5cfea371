// Two libraries in one application: packets of one port go through both, one behind the other.
#include <first.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <second.h>
#include <stdio.h>

int main(int argc, char **argv) {
  if (rte_eal_init(argc, argv) < 0) return 1;
  struct rte_mempool *pool = rte_pktmbuf_pool_create("packets", 1023, 0, FIRST_PRIVATE_BYTES,
                                                     RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  if (first_start(pool, 1) != 0 || second_start(pool, 1) != 0) return 1;
  struct rte_mbuf *packets[8], **middle, **out;
  for (unsigned i = 0; i < 8; ++i) {
    packets[i] = rte_pktmbuf_alloc(pool);
    char *data = rte_pktmbuf_append(packets[i], 60);
    for (unsigned k = 0; k < 60; ++k) data[k] = (char)i;
  }
  const unsigned taken = first_process(0, FIRST_PORT_0, packets, 8);
  const unsigned passed = first_sent(0, FIRST_PORT_1, &middle);
  const unsigned given = second_process(0, SECOND_PORT_0, middle, passed);
  const unsigned n = second_sent(0, SECOND_PORT_0, &out);
  printf("%u %u %u %u\n", taken, passed, given, n);
  for (unsigned i = 0; i < n; ++i) {
    const char *data = rte_pktmbuf_mtod(out[i], const char *);
    printf("%u: %d %d\n", rte_pktmbuf_pkt_len(out[i]), data[0], data[73]);
    rte_pktmbuf_free(out[i]);
  }
  first_stop();
  second_stop();
  printf("in use: %u\n", rte_mempool_in_use_count(pool));
  rte_eal_cleanup();
  return 0;
}
