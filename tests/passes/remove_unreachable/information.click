// No packet reaches an element without ports, but it may do something when the program starts.
Message("hello");
FromDump(in.pcap, STOP true) -> Discard;
Idle -> Discard;
