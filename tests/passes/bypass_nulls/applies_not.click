// A Script asks for one; a cycle closes on another; nobody but the third says that packets are
// pulled; no packet reaches the last.
FromDump(in.pcap, STOP true) -> named :: Null -> round :: Null -> s :: RoundRobinSwitch -> round;
s [1] -> Discard;
InfiniteSource(LIMIT 1) -> PullNull -> Discard;
Script(print $(named.class));
lonely :: Null -> lonely;
AddressInfo(lonely 10.0.0.1);
