// Every call has been decided.
FromDump(in.pcap, STOP true) -> s :: Switch(0) -> Discard;
s[1] -> c :: Counter -> Discard;
PassInfo(COLD s[1], INLINE *);
