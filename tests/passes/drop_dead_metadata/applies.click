// The paint, the network header's place and the timestamp are written and read; the transport
// header's place and the destination address are written in vain.
FromDump(in.pcap, STOP true) -> Paint(1) -> CheckIPHeader(14) -> DecIPTTL -> CheckPaint(1)
  -> ToDump(out.pcap);
