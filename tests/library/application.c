// An application around the library NAME, for tests: it moves packets between DPDK's ports and
// those of the library until none have come for a while, by as many workers as it is told to, and
// does in between what further words say.
//
//   application EAL... -- WORKERS [threads] [private=N] [room=N] [rounds=N] [forget] [burst=N]
//     [write=HANDLER=VALUE]... [read=HANDLER]...
#include <pthread.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PASTE(a, b) a##b
#define JOIN(a, b) PASTE(a, b)
#define CALL(function) JOIN(NAME, function)
#define VALUE(constant) JOIN(PREFIX, constant)

enum { MOST_WORKERS = 8, MOST_BURST = 256, QUIET_ROUNDS = 50 };

static const unsigned own_ports = VALUE(_PORTS);
static struct rte_mempool *pool;
static unsigned workers = 1, burst = 32, more_rounds;
static int forget;

static void send_all(unsigned worker, uint16_t ports) {
  for (uint16_t port = 0; port < own_ports; ++port) {
    struct rte_mbuf **packets;
    unsigned n;
    while ((n = CALL(_sent)(worker, port, &packets)) != 0) {
      unsigned done = 0;
      while (port < ports && done < n)
        done += rte_eth_tx_burst(port, (uint16_t)worker, packets + done, (uint16_t)(n - done));
      rte_pktmbuf_free_bulk(packets + done, n - done);
    }
  }
}

// A round of a worker, which has a queue of every port; returns how many packets came.
static unsigned serve(unsigned worker, uint16_t ports) {
  unsigned came = 0;
  for (uint16_t port = 0; port < ports && port < own_ports; ++port) {
    struct rte_mbuf *packets[MOST_BURST];
    const uint16_t n = rte_eth_rx_burst(port, (uint16_t)worker, packets, (uint16_t)burst);
    if (n == 0) continue;
    const unsigned taken = CALL(_process)(worker, port, packets, n);
    if (taken != n) printf("refused %u: %s\n", n - taken, CALL(_error)());
    rte_pktmbuf_free_bulk(packets + taken, n - taken);
    came += n;
    if (!forget) send_all(worker, ports);
  }
  CALL(_poll)(worker);
  if (!forget) send_all(worker, ports);
  return came;
}

static void *run(void *number) {
  const unsigned worker = (unsigned)(size_t)number;
  const uint16_t ports = rte_eth_dev_count_avail();
  for (unsigned quiet = 0; quiet < QUIET_ROUNDS && !CALL(_ended)();)
    quiet = serve(worker, ports) == 0 ? quiet + 1 : 0;
  for (unsigned i = 0; i < more_rounds && !CALL(_ended)(); ++i) {
    serve(worker, ports);
    usleep(1000);
  }
  return NULL;
}

static void open_ports(void) {
  uint16_t port;
  RTE_ETH_FOREACH_DEV(port) {
    struct rte_eth_conf conf = {0};
    int error = rte_eth_dev_configure(port, (uint16_t)workers, (uint16_t)workers, &conf);
    for (uint16_t q = 0; q < workers; ++q) {
      error = error ? error : rte_eth_rx_queue_setup(port, q, 256, SOCKET_ID_ANY, NULL, pool);
      error = error ? error : rte_eth_tx_queue_setup(port, q, 256, SOCKET_ID_ANY, NULL);
    }
    if (error != 0 || rte_eth_dev_start(port) != 0) rte_exit(1, "port %u\n", port);
  }
}

static void write_handler(char *word) {
  char *value = strchr(word, '=');
  *value = '\0';
  if (CALL(_write)(word, value + 1) != 0) printf("%s: %s\n", word, CALL(_error)());
}

static void read_handler(const char *name) {
  char text[4096];
  const long length = CALL(_read)(name, text, sizeof text);
  printf("%s: %s\n", name, length < 0 ? CALL(_error)() : text);
}

int main(int argc, char **argv) {
  const int used = rte_eal_init(argc, argv);
  if (used < 0) return 1;
  char **words = argv + used + 1;
  unsigned private_bytes = VALUE(_PRIVATE_BYTES), room = RTE_MBUF_DEFAULT_BUF_SIZE;
  int threads = 0;
  workers = (unsigned)atoi(*words);
  for (char **word = words; *word != NULL; ++word) {
    if (strcmp(*word, "threads") == 0) threads = 1;
    if (strcmp(*word, "forget") == 0) forget = 1;
    if (strncmp(*word, "private=", 8) == 0) private_bytes = (unsigned)atoi(*word + 8);
    if (strncmp(*word, "room=", 5) == 0) room = (unsigned)atoi(*word + 5);
    if (strncmp(*word, "rounds=", 7) == 0) more_rounds = (unsigned)atoi(*word + 7);
    if (strncmp(*word, "burst=", 6) == 0) burst = (unsigned)atoi(*word + 6);
  }
  pool = rte_pktmbuf_pool_create("packets", 8191, 64, (uint16_t)private_bytes, (uint16_t)room,
                                 SOCKET_ID_ANY);
  if (pool == NULL) return 1;
  const uint16_t ports = rte_eth_dev_count_avail();
  if (CALL(_start)(pool, workers) != 0) {
    printf("no start: %s\n", CALL(_error)());
    printf("again: %d %s\n", CALL(_start)(pool, workers), CALL(_error)());
    return 0;
  }
  if (rte_eth_dev_count_avail() != ports) printf("there are more ports than before\n");
  open_ports();
  for (char **word = words; *word != NULL; ++word)
    if (strncmp(*word, "write=", 6) == 0) write_handler(*word + 6);

  pthread_t ids[MOST_WORKERS];
  for (unsigned w = 0; w < workers; ++w) {
    if (threads)
      pthread_create(&ids[w], NULL, run, (void *)(size_t)w);
    else
      run((void *)(size_t)w);
  }
  for (unsigned w = 0; threads && w < workers; ++w) pthread_join(ids[w], NULL);

  for (char **word = words; *word != NULL; ++word)
    if (strncmp(*word, "read=", 5) == 0) read_handler(*word + 5);
  printf("ended: %d\n", CALL(_ended)());
  CALL(_stop)();
  uint16_t port;
  RTE_ETH_FOREACH_DEV(port) {
    rte_eth_dev_stop(port);
    rte_eth_dev_close(port);
  }
  printf("in use: %u\n", rte_mempool_in_use_count(pool));
  printf("after the end: %u %u\n", CALL(_poll)(0), CALL(_process)(0, 0, NULL, 0));
  rte_eal_cleanup();
  return 0;
}
