// A cold output that leads nowhere needs no call.
FromDump(in.pcap, STOP true) -> CheckIPHeader(14) -> DecIPTTL -> Discard;
