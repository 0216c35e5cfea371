// No output is marked cold, however rarely a packet may take it.
FromDump(in.pcap, STOP true) -> c :: Classifier(12/0806, -);
c[0] -> Discard;
c[1] -> CheckPaint(1) -> Discard;
