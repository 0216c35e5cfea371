// What only an Idle feeds is never reached; the rest keeps its order and its names.
FromDump(in.pcap, STOP true) -> a :: Counter -> out :: ToDump(out.pcap);
Idle -> b :: Counter -> c :: Strip(14) -> Discard;
