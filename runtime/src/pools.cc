// SPDX-License-Identifier: BSD-3-Clause
// Buffer pools: how many buffers a program needs, and where they come from.
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "runtime.hh"

namespace pmill::runtime {
namespace {

constexpr unsigned kPoolCache = 256;
/// Room for what a worker has in hand: a burst received, made, released and queued.
constexpr std::size_t kBurstsInHand = 4 * 256;
constexpr std::size_t kSmallestPool = 4095;

}  // namespace

std::size_t PoolPlan::bytes() const {
  rte_mempool_objsz size{};
  const auto element = sizeof(rte_mbuf) + private_bytes + data_room;
  rte_mempool_calc_obj_size(static_cast<std::uint32_t>(element), 0, &size);
  // No object lies across two pages, of which the small ones hold one or a few. The ring of the
  // pool comes on top.
  constexpr std::size_t kSmallPage = 4096;
  const std::size_t in_page = kSmallPage / size.total_size;
  const std::size_t each = in_page == 0 ? size.total_size : kSmallPage / in_page;
  const std::size_t all =
      buffer::mbufs_for(buffers) * (each + 16) + buffers * buffer::more_bytes(data_room);
  return all * 17 / 16 + (std::size_t{1} << 20);
}

PoolPlan plan_pool(const Setup &setup, std::size_t workers, std::size_t descriptors,
                   std::size_t captured, const Options &options) {
  std::size_t data = setup.data_bytes();
  for (const auto &e : setup.receive())
    if (const unsigned mtu = wanted_mtu(e.request); mtu != 0)
      data = std::max<std::size_t>(data, mtu + RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN + 2 * 4);
  if (state().xdp.frame_bytes != nullptr) data = std::max(data, state().xdp.frame_bytes());
  if (data > UINT16_MAX - RTE_PKTMBUF_HEADROOM)
    fail("", "packets of " + std::to_string(data) + " bytes do not fit into a buffer",
         "keep to " + std::to_string(UINT16_MAX - RTE_PKTMBUF_HEADROOM) + " bytes");
  std::size_t waiting = 0;
  for (const auto &e : setup.transmit()) waiting += e.request.iqueue;
  const std::size_t each = kBurstsInHand + setup.kept() + waiting + kPoolCache * 3 / 2;
  const std::size_t wanted = workers * each + descriptors + captured * 5 / 4;
  PoolPlan plan;
  plan.data_room = std::min<std::size_t>((data + RTE_PKTMBUF_HEADROOM + 63) / 64 * 64, UINT16_MAX);
  plan.private_bytes = buffer::mbuf_private_bytes(setup.packet_bytes());
  // One less than a power of two is what the ring behind a pool holds.
  plan.buffers = options.buffers != 0 ? options.buffers
                                      : std::max(kSmallestPool, std::bit_ceil(wanted + 1) - 1);
  return plan;
}

rte_mempool *mbufs_of(int socket) {
  if (state().given_pool != nullptr) return state().given_pool;
  auto &pools = state().pools;
  for (const SocketPool &known : pools)
    if (known.socket == socket) return known.pool;
  const PoolPlan &plan = state().pool_plan;
  const std::size_t count = buffer::mbufs_for(plan.buffers);
  const auto cache = static_cast<unsigned>(
      std::min<std::size_t>({kPoolCache, count * 2 / 3, RTE_MEMPOOL_CACHE_MAX_SIZE}));
  const auto make = [&](int where) {
    return rte_pktmbuf_pool_create(("pmill-" + std::to_string(socket)).c_str(),
                                   static_cast<unsigned>(count), cache,
                                   static_cast<std::uint16_t>(plan.private_bytes),
                                   static_cast<std::uint16_t>(plan.data_room), where);
  };
  rte_mempool *pool = make(socket);
  if (pool == nullptr) pool = make(SOCKET_ID_ANY);
  // DPDK's own way to say so: a driver that it does not find is an invalid argument.
  if (pool == nullptr && rte_errno == EINVAL)
    fail("", "DPDK finds no driver for memory pools",
         "install librte_mempool_ring.so among its drivers: on Debian, the package "
         "librte-mempool-ring and a number");
  if (pool == nullptr || !buffer::prepare(plan.buffers, plan.data_room, socket)) {
    const std::string megabytes = std::to_string((plan.bytes() >> 20) + 1);
    fail("",
         "not enough memory for " + std::to_string(plan.buffers) + " buffers of " +
             std::to_string(plan.data_room) + " bytes, which take " + megabytes + " MB",
         "give DPDK more (-- -m MEGABYTES), or take fewer buffers (--buffers N)");
  }
  pools.push_back({socket, pool});
  return pool;
}

#ifndef PMILL_METADATA_XCHANGE
BufferCounts account_for_buffers() {
  BufferCounts counts;
  for (const SocketPool &known : state().pools) {
    counts.all += known.pool->size;
    counts.in_use += rte_mempool_in_use_count(known.pool);
  }
  return counts;
}
#endif

BufferPool pool_of(const WorkerStatus &worker) {
  return buffer::make_pool(mbufs_of(static_cast<int>(rte_lcore_to_socket_id(worker.lcore))));
}

void end_pools() {
  for (WorkerStatus &w : workers())
    if (w.worker != nullptr) buffer::end_pool(std::exchange(w.worker->pool, nullptr));
}

}  // namespace pmill::runtime
