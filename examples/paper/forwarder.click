// The forwarder of the PacketMill paper (Farshin et al., 2021): frames go back out of the port that
// received them, with their Ethernet addresses swapped. All that it costs is receiving, the packet's
// metadata, and sending: what a compiler of packet pipelines has to start from.
//
//   pmill run examples/paper/forwarder.click --pcap in.pcap --out out.pcap

define($PORT 0, $BURST 32);

FromDPDKDevice($PORT, BURST $BURST) -> EtherMirror -> ToDPDKDevice($PORT);
