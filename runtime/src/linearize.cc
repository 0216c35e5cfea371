// SPDX-License-Identifier: BSD-3-Clause
// Frames of several mbufs.
#include <pmill/port.hh>

namespace pmill {
namespace {

/// Makes one segment of several when they fit into the first; false, and nothing is changed, when
/// they do not.
bool linearize(Buffer b) {
  rte_mbuf *m = const_cast<rte_mbuf *>(buffer::facts(b));  // as the driver left it
  if (m->pkt_len - m->data_len > rte_pktmbuf_tailroom(m) || rte_pktmbuf_linearize(m) != 0)
    return false;
  buffer::take_back(b, m);
  return true;
}

}  // namespace

unsigned join_segments(Worker &worker, Count &segmented, Buffer *buffers, unsigned n) {
  unsigned left = 0;
  for (unsigned i = 0; i < n; ++i) {
    const Buffer b = buffers[i];
    if (buffer::segmented(b) && !linearize(b)) [[unlikely]] {
      ++segmented;
      worker.release(b);
    } else {
      buffers[left++] = b;
    }
  }
  return left;
}

}  // namespace pmill
