// SPDX-License-Identifier: BSD-3-Clause
// What the hand-written programs share: arguments, EAL and port start-up, the receive loop, the
// report. The body is a constant function pointer into an always-inlined loop, so each program
// is one loop with nothing between the receive and the transmit burst but its own work.
// It is C, and C++ as well.
#pragma once

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMITS_PORTS 2
#define LIMITS_BURST 32
// The clock is read every so many iterations, so that it costs nothing a packet.
#define LIMITS_CLOCK_MASK 255
// So many stretches between two looks at the clock are kept.
#define LIMITS_STRETCHES 4096

#define ALWAYS_INLINE inline __attribute__((always_inline))
#define COLD __attribute__((noinline, cold))
#define likely_(x) __builtin_expect(!!(x), 1)
#define unlikely_(x) __builtin_expect(!!(x), 0)

struct limits {
  double duration;     // seconds; 0: none
  uint64_t expect;     // packets to receive before stopping; 0: any number
  uint32_t mbufs;      // buffers in the pool
  uint32_t cache;      // of them, in the lcore's cache
  uint32_t mbuf_size;  // bytes of a buffer, headroom included
  uint16_t rxd, txd;   // descriptors
  uint16_t ports;
  uint64_t flows;  // that a NAT has room for
  uint64_t seed;   // of its random numbers; 0: such that nobody knows
  uint64_t spin;   // artificial cycles a packet: the control of the benchmark
  struct rte_mempool *pool;
  uint64_t rx[LIMITS_PORTS], tx[LIMITS_PORTS], unsent[LIMITS_PORTS];
  // What stretches cost, in cycles a packet: all, or every second one, every fourth one.
  uint64_t stretch_begin, stretch_packets;
  unsigned stretches, every, skip;
  float cost[LIMITS_STRETCHES];
};

static volatile sig_atomic_t limits_stopped;

static void limits_on_signal(int signal) {
  (void)signal;
  limits_stopped = 1;
}

static COLD void limits_fail(const char *what, int error) {
  fprintf(stderr, "error: %s: %s\n", what, strerror(error < 0 ? -error : error));
  exit(1);
}

// Sends a burst and waits, as ToDPDKDevice does, for a port that is full; what a stop leaves
// unsent is freed and counted.
static ALWAYS_INLINE void limits_send(struct limits *l, uint16_t port, struct rte_mbuf **m,
                                      uint16_t n) {
  uint16_t sent = rte_eth_tx_burst(port, 0, m, n);
  while (unlikely_(sent < n) && !limits_stopped) {
    sent = (uint16_t)(sent + rte_eth_tx_burst(port, 0, m + sent, (uint16_t)(n - sent)));
  }
  l->tx[port] += sent;
  if (unlikely_(sent < n)) {
    l->unsent[port] += (uint64_t)(n - sent);
    rte_pktmbuf_free_bulk(m + sent, (unsigned)(n - sent));
  }
}

// Wastes `l->spin` cycles for each of `n` packets.
static ALWAYS_INLINE void limits_spin(const struct limits *l, uint16_t n) {
  if (unlikely_(l->spin != 0)) {
    const uint64_t until = rte_rdtsc() + l->spin * n;
    while (rte_rdtsc() < until) {
    }
  }
}

typedef void limits_body(struct limits *l, void *state, uint16_t port, struct rte_mbuf **m,
                         uint16_t n);
typedef void limits_report(const void *state, FILE *to);

static unsigned long limits_number(const char *option, const char *text) {
  char *end = NULL;
  errno = 0;
  const unsigned long value = strtoul(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0') {
    fprintf(stderr, "error: %s wants a number, not '%s'\n", option, text);
    exit(2);
  }
  return value;
}

// Reads our arguments, up to and without `--`; returns the index of `--` (or argc).
static int limits_arguments(struct limits *l, int argc, char **argv) {
  int i = 1;
  for (; i < argc && strcmp(argv[i], "--") != 0; i += 2) {
    const char *option = argv[i];
    if (i + 1 >= argc) {
      fprintf(stderr, "error: %s wants a value\n", option);
      exit(2);
    }
    const char *text = argv[i + 1];
    if (strcmp(option, "--duration") == 0) {
      l->duration = strtod(text, NULL);
    } else if (strcmp(option, "--expect") == 0) {
      l->expect = limits_number(option, text);
    } else if (strcmp(option, "--mbufs") == 0) {
      l->mbufs = (uint32_t)limits_number(option, text);
    } else if (strcmp(option, "--cache") == 0) {
      l->cache = (uint32_t)limits_number(option, text);
    } else if (strcmp(option, "--mbuf-size") == 0) {
      l->mbuf_size = (uint32_t)limits_number(option, text);
    } else if (strcmp(option, "--descriptors") == 0) {
      l->rxd = l->txd = (uint16_t)limits_number(option, text);
    } else if (strcmp(option, "--flows") == 0) {
      l->flows = limits_number(option, text);
    } else if (strcmp(option, "--seed") == 0) {
      l->seed = limits_number(option, text);
    } else if (strcmp(option, "--spin") == 0) {
      l->spin = limits_number(option, text);
    } else {
      fprintf(stderr,
              "usage: %s [--duration S] [--expect PACKETS] [--mbufs N] [--cache N]\n"
              "       [--mbuf-size BYTES] [--descriptors N] [--flows N] [--seed N]\n"
              "       [--spin CYCLES] -- EAL ARGUMENTS\n",
              argv[0]);
      exit(2);
    }
  }
  return i;
}

static void limits_start_port(const struct limits *l, uint16_t port) {
  const struct rte_eth_conf conf = {0};
  int error = rte_eth_dev_configure(port, 1, 1, &conf);
  if (error == 0) {
    error = rte_eth_rx_queue_setup(port, 0, l->rxd, (unsigned)SOCKET_ID_ANY, NULL, l->pool);
  }
  if (error == 0) error = rte_eth_tx_queue_setup(port, 0, l->txd, (unsigned)SOCKET_ID_ANY, NULL);
  if (error == 0) error = rte_eth_dev_start(port);
  // As FromDPDKDevice does; a device that receives everything anyway may know nothing of it.
  if (error == 0) (void)rte_eth_promiscuous_enable(port);
  if (error != 0) limits_fail("cannot start a port", error);
}

static void limits_start(struct limits *l, int argc, char **argv) {
  *l = (struct limits){.mbufs = 8192,
                       .cache = 250,
                       .mbuf_size = RTE_MBUF_DEFAULT_BUF_SIZE,
                       .rxd = 256,
                       .txd = 256,
                       .flows = 10000000,
                       .every = 1};
  const int separator = limits_arguments(l, argc, argv);
  int eal_argc = 1;
  char **eal_argv = (char **)calloc((size_t)argc + 1, sizeof *eal_argv);
  if (eal_argv == NULL) limits_fail("no memory", ENOMEM);
  eal_argv[0] = argv[0];
  for (int i = separator + 1; i < argc; i++) eal_argv[eal_argc++] = argv[i];
  if (rte_eal_init(eal_argc, eal_argv) < 0) limits_fail("cannot start EAL", rte_errno);
  l->ports = rte_eth_dev_count_avail();
  if (l->ports == 0 || l->ports > LIMITS_PORTS) limits_fail("one or two ports, please", ENODEV);
  l->pool = rte_pktmbuf_pool_create("mbufs", l->mbufs, l->cache, 0, (uint16_t)l->mbuf_size,
                                    (int)rte_socket_id());
  if (l->pool == NULL) limits_fail("cannot make the pool", rte_errno);
  for (uint16_t port = 0; port < l->ports; port++) limits_start_port(l, port);
  signal(SIGINT, limits_on_signal);
  signal(SIGTERM, limits_on_signal);
}

static COLD void limits_keep(struct limits *l, uint64_t cycles, uint64_t packets) {
  if (l->skip != 0) {
    l->skip--;
    return;
  }
  if (l->stretches == LIMITS_STRETCHES) {
    l->stretches /= 2;
    for (unsigned i = 0; i < l->stretches; i++) l->cost[i] = l->cost[2 * i];
    l->every *= 2;
  }
  l->cost[l->stretches++] = (float)cycles / (float)packets;
  l->skip = l->every - 1;
}

// A stretch ended now, or the first one begins; the next one begins when that is noted.
static COLD void limits_stretch(struct limits *l, uint64_t now, uint64_t packets) {
  const uint64_t handled = packets - l->stretch_packets;
  if (l->stretch_begin != 0 && handled != 0) limits_keep(l, now - l->stretch_begin, handled);
  l->stretch_packets = packets;
  l->stretch_begin = rte_rdtsc();
}

static int limits_compare(const void *a, const void *b) {
  const float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static double limits_median(struct limits *l) {
  if (l->stretches == 0) return 0.0;
  qsort(l->cost, l->stretches, sizeof l->cost[0], limits_compare);
  return (double)l->cost[l->stretches / 2];
}

static void limits_print(struct limits *l, uint64_t packets, uint64_t cycles, limits_report *report,
                         const void *state) {
  const double hz = (double)rte_get_tsc_hz();
  printf("{\"packets\":%" PRIu64 ",\"cycles\":%" PRIu64
         ",\"cycles_per_packet\":%.3f,\"median_cycles_per_packet\":%.3f,"
         "\"seconds\":%.6f,\"tsc_hz\":%.0f,\"ports\":[",
         packets, cycles, packets == 0 ? 0.0 : (double)cycles / (double)packets, limits_median(l),
         (double)cycles / hz, hz);
  for (uint16_t port = 0; port < l->ports; port++) {
    printf("%s{\"rx\":%" PRIu64 ",\"tx\":%" PRIu64 ",\"dropped\":%" PRIu64 "}",
           port == 0 ? "" : ",", l->rx[port], l->tx[port], l->unsent[port]);
  }
  printf("]");
  if (report != NULL) report(state, stdout);
  printf("}\n");
  fflush(stdout);
}

// Receives on every port and hands each burst to `body` until the time or the packets are over.
static ALWAYS_INLINE int limits_loop(struct limits *l, limits_body *body, limits_report *report,
                                     void *state) {
  struct rte_mbuf *burst[LIMITS_BURST];
  const uint64_t limit = l->expect == 0 ? UINT64_MAX : l->expect;
  const uint64_t length = (uint64_t)(l->duration * (double)rte_get_tsc_hz());
  const uint16_t ports = l->ports;
  uint64_t packets = 0, first = 0, iterations = 0;
  uint64_t deadline = length == 0 ? UINT64_MAX : rte_rdtsc() + length;
  while (packets < limit) {
    for (uint16_t port = 0; port < ports; port++) {
      const uint16_t n = rte_eth_rx_burst(port, 0, burst, LIMITS_BURST);
      if (n == 0) continue;
      if (unlikely_(first == 0)) {
        first = rte_rdtsc();
        limits_stretch(l, first, packets);
        if (length != 0) deadline = first + length;
      }
      packets += n;
      l->rx[port] += n;
      limits_spin(l, n);
      body(l, state, port, burst, n);
    }
    if ((++iterations & LIMITS_CLOCK_MASK) == 0) {
      const uint64_t now = rte_rdtsc();
      limits_stretch(l, now, packets);
      if (now >= deadline || limits_stopped) break;
    }
  }
  const uint64_t cycles = first == 0 ? 0 : rte_rdtsc() - first;
  limits_stopped = 1;
  for (uint16_t port = 0; port < ports; port++) {
    rte_eth_dev_stop(port);
    rte_eth_dev_close(port);
  }
  limits_print(l, packets, cycles, report, state);
  rte_eal_cleanup();
  return 0;
}

static ALWAYS_INLINE int limits_run(int argc, char **argv, limits_body *body, limits_report *report,
                                    void *state) {
  static struct limits limits;
  limits_start(&limits, argc, argv);
  return limits_loop(&limits, body, report, state);
}
