// A switch that never chooses an output is not looked into: this pass knows no arguments.
FromDump(in.pcap, STOP true) -> s :: Switch(0);
s[0] -> Discard;
s[1] -> never :: Counter -> Discard;
