FromDump(in.pcap, STOP true) -> p :: Paint(3) -> n :: Counter -> Print("a, b", MAXLENGTH 0) -> Discard;
