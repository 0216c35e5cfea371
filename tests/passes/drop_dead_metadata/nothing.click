// Nobody asks for the paint, or for anything else.
FromDump(in.pcap, STOP true) -> Paint(1) -> Strip(14) -> Discard;
