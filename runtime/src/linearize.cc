// SPDX-License-Identifier: BSD-3-Clause
// Frames of several mbufs.
#include <pmill/port.hh>

namespace pmill {

bool linearize(Buffer b) {
  rte_mbuf *m = const_cast<rte_mbuf *>(buffer::facts(b));  // as the driver left it
  if (m->pkt_len - m->data_len > rte_pktmbuf_tailroom(m) || rte_pktmbuf_linearize(m) != 0)
    return false;
  buffer::take_back(b, m);
  return true;
}

}  // namespace pmill
