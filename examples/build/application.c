// A DPDK application with its own EAL, port and loop, which lets limiter.click work on its packets.
// The configuration is a library, ttl: pmill has made ttl.h.
//
//   application [EAL ARGUMENTS] -- PACKETS      ends after so many packets, or on SIGINT
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "ttl.h"

enum { BURST = 32, BUFFERS = 4095, CACHE = 250 };

static volatile sig_atomic_t stopped;

static void on_signal(int number) {
  (void)number;
  stopped = 1;
}

static void open_port(uint16_t port, struct rte_mempool *pool) {
  struct rte_eth_conf conf = {0};
  if (rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
      rte_eth_rx_queue_setup(port, 0, 256, SOCKET_ID_ANY, NULL, pool) != 0 ||
      rte_eth_tx_queue_setup(port, 0, 256, SOCKET_ID_ANY, NULL) != 0 ||
      rte_eth_dev_start(port) != 0)
    rte_exit(EXIT_FAILURE, "port %u cannot be opened\n", port);
}

// Sends what the configuration has sent; what the device refuses is dropped.
static void send_all(uint16_t port) {
  struct rte_mbuf **packets;
  unsigned n;
  while ((n = ttl_sent(0, TTL_PORT_0, &packets)) != 0) {
    unsigned done = 0;
    while (done < n) {
      const uint16_t sent = rte_eth_tx_burst(port, 0, packets + done, (uint16_t)(n - done));
      if (sent == 0) break;
      done += sent;
    }
    rte_pktmbuf_free_bulk(packets + done, n - done);
  }
}

int main(int argc, char **argv) {
  const int used = rte_eal_init(argc, argv);
  if (used < 0) rte_exit(EXIT_FAILURE, "EAL does not start\n");
  const unsigned long wanted = used + 1 < argc ? strtoul(argv[used + 1], NULL, 10) : 0;
  signal(SIGINT, on_signal);
  if (rte_eth_dev_count_avail() == 0) rte_exit(EXIT_FAILURE, "there is no port\n");

  // Elements write to the mbufs' private areas.
  struct rte_mempool *pool = rte_pktmbuf_pool_create("packets", BUFFERS, CACHE, TTL_PRIVATE_BYTES,
                                                     RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  if (pool == NULL) rte_exit(EXIT_FAILURE, "there is no memory for packets\n");
  const uint16_t port = 0;
  open_port(port, pool);
  if (ttl_start(pool, 1) != 0) rte_exit(EXIT_FAILURE, "limiter.click: %s\n", ttl_error());

  unsigned long received = 0;
  while (!stopped && !ttl_ended() && (wanted == 0 || received < wanted)) {
    struct rte_mbuf *burst[BURST];
    const uint16_t n = rte_eth_rx_burst(port, 0, burst, BURST);
    if (n == 0) {
      ttl_poll(0);  // what elements do without packets
    } else {
      const unsigned taken = ttl_process(0, TTL_PORT_0, burst, n);
      rte_pktmbuf_free_bulk(burst + taken, n - taken);
      received += n;
    }
    send_all(port);
  }

  char lowered[32];
  if (ttl_read("limit.lowered", lowered, sizeof lowered) > 0)
    printf("%lu packets, the TTL of %s lowered\n", received, lowered);
  ttl_stop();
  rte_eth_dev_stop(port);
  rte_eth_dev_close(port);
  rte_eal_cleanup();
  return 0;
}
