// Where packets were counted, the counts say what is rare: an output that the spec marks cold may
// be the usual one, and one of a classifier's outputs may hardly be used. On a way that no counted
// packet came near, the spec's marks count.
FromDump(in.pcap, STOP true) -> kinds :: Classifier(12/0800, 12/0806, -);
kinds[0] -> Strip(14) -> check :: CheckIPHeader -> usual :: Counter -> Discard;
check[1] -> bad :: Counter -> Discard;
kinds[1] -> arp :: Counter -> Discard;
kinds[2] -> CheckIPHeader -> never :: Counter -> Discard;

PassInfo(PACKETS FromDump@1[0]=1000 kinds[0]=990 kinds[1]=10 kinds[2]=0
         Strip@3[0]=990 check[0]=100 check[1]=890);
