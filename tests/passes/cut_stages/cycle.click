// Packets come back to the lookup: they go through it at once, and so they do through the second
// lookup, from which they come back to the first.
FromDump(in.pcap, STOP true) -> Strip(14) -> table :: FarTable(ENTRIES 16777216) -> ttl :: DecIPTTL
  -> second :: FarTable(ENTRIES 16777216) -> Discard;
ttl[1] -> ICMPError(10.0.0.1, timeexceeded) -> table;
second[1] -> table;
