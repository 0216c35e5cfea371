// The simplest forwarder: every frame that port 0 receives goes back out of port 0 with its
// Ethernet addresses swapped. It does what `dpdk-testpmd --forward-mode=macswap` does, and is
// measured against it by `make bench`.
//
//   pmill run examples/forwarder.click --pcap in.pcap --out out.pcap

define($PORT 0, $BURST 32);

FromDPDKDevice($PORT, BURST $BURST) -> EtherMirror -> ToDPDKDevice($PORT);
