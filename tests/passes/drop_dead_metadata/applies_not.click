// Print reads everything that somebody writes.
FromDump(in.pcap, STOP true) -> Paint(1, 5) -> Paint(2, 40) -> Print -> Discard;
