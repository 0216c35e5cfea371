// One element was frozen before; the others follow.
FromDump(in.pcap, STOP true) -> p :: Paint(3) -> q :: Paint(4, 5) -> Discard;
PassInfo(FROZEN p);
