// A small table, one that packets rarely come to, and one to which they come one by one.
FromDump(in.pcap, STOP true) -> small :: FarTable(ENTRIES 1024) -> check :: CheckIPHeader(14) -> Discard;
check[1] -> rare :: FarTable(ENTRIES 16777216) -> Discard;
RatedSource -> Queue -> Unqueue(BURST 1) -> single :: FarTable(ENTRIES 16777216) -> Discard;
