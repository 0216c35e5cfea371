// What was decided before stays.
FromDump(in.pcap, STOP true) -> s :: Switch(0) -> Discard;
s[1] -> c :: Counter -> Discard;
PassInfo(OUTLINED s[1]);
