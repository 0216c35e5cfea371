// The packets of the first rule are found at once, and of the others there are few; a program that
// is kept changeable is interpreted.
FromDump(in.pcap, STOP true) -> MarkIPHeader(14)
    -> f :: IPFilter(allow tcp dst port 23, deny src net 10.0.0.0/8, drop all)
    -> g :: IPFilter(allow all)
    -> Discard;

PassInfo(HITS f#0=9900 f#1=100);
