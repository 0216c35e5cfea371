// SPDX-License-Identifier: BSD-3-Clause
// What ThreadSanitizer is told of the libraries that it does not see into.
#include <pmill/hand_over.hh>

#ifdef PMILL_HAND_OVER
/// Drivers copy packets: who has a buffer when is between them and the pools (hand_over.hh).
extern "C" const char *__tsan_default_suppressions() {
  return "called_from_lib:librte_net_pcap.so\n"
         "called_from_lib:librte_net_pmill.so\n"
         "called_from_lib:libpcap.so\n";
}
#endif
