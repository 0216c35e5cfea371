// A join that sources reach stays; only the arm that nothing feeds goes.
FromDump(in.pcap, STOP true) -> join :: Null -> Discard;
Idle -> dead :: Paint(1) -> join;
