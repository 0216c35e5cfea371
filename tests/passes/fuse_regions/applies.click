// One loop body; the answer to a packet whose time is over comes back from cold code by a call,
// and closes a cycle.
FromDump(in.pcap, STOP true) -> check :: CheckIPHeader(14) -> route :: Null -> ttl :: DecIPTTL
  -> Discard;
ttl[1] -> error :: ICMPError(10.0.0.1, timeexceeded) -> note :: Counter -> route;
