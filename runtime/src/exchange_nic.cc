// SPDX-License-Identifier: BSD-3-Clause
// The software NIC as a driver that exchanges buffers.
#include <pmill/xchg/nic.hh>
#include <pmill/xchg/queues.hh>

#include "exchange.hh"

namespace pmill::runtime {
namespace {

using Rx = xchg::nic::RxQueue;
using Tx = xchg::nic::TxQueue<Buffer>;

constexpr ExchangeDriver kDriver{
    .name = "net_pmill",
    .take_over = nic::take_over,
    .rx_queue = [](std::uint16_t port, std::uint16_t queue) -> void * {
      return new Rx(port, queue);
    },
    .tx_queue = [](std::uint16_t port, std::uint16_t queue) -> void * {
      return new Tx(port, queue);
    },
    .start =
        [](void *queue, BufferPool pool) {
          xchg::Dropping app(pool);
          return static_cast<Rx *>(queue)->start(app);
        },
    .stop_rx =
        [](void *queue, BufferPool pool) {
          static_cast<Rx *>(queue)->stop<xchg::Dropping>([&](Buffer b) { pool->give(b); });
          delete static_cast<Rx *>(queue);
        },
    .stop_tx =
        [](void *queue, BufferPool pool) {
          xchg::Sending app(pool);
          static_cast<Tx *>(queue)->reclaim(app);
          delete static_cast<Tx *>(queue);
        },
};

[[maybe_unused]] const bool g_known = (exchange_drivers().push_back(&kDriver), true);

}  // namespace
}  // namespace pmill::runtime
