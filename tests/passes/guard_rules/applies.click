// Most packets match the last of the rules; earlier ones may take some of them, and are denied.
FromDump(in.pcap, STOP true) -> MarkIPHeader(14) -> f :: IPFilter(
    deny src net 10.0.0.0/8, allow dst port 1, deny dst port 2, allow dst port 3, deny dst port 4,
    allow dst port 5, deny dst port 6, allow dst port 7, deny dst port 8, allow tcp dst port 23,
    drop all) -> Discard;

PassInfo(HITS f#9=9500 f#0=500);
