// Already decided: nothing is left to embed.
FromDump(in.pcap, STOP true) -> Paint(3) -> Discard;
PassInfo(FROZEN *);
