// CheckIPHeader and DecIPTTL mark output 1 cold; what is behind it stays direct.
FromDump(in.pcap, STOP true) -> check :: CheckIPHeader(14) -> ttl :: DecIPTTL -> Discard;
check[1] -> bad :: Counter -> Discard;
ttl[1] -> old :: ICMPError(10.0.0.1, timeexceeded) -> Discard;
