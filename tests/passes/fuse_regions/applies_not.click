// Every call is decided already.
FromDump(in.pcap, STOP true) -> a :: Null -> b :: Null -> Discard;
PassInfo(OUTLINED a[0], COLD b[0], INLINE *);
