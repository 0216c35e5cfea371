// One way brings paint where the other had something else, which must not be taken for paint.
FromDump(a.pcap) -> s :: RoundRobinSwitch;
s[0] -> Paint(1, 5) -> first :: CheckPaint(1, 5) -> after :: Counter -> join :: Counter;
s[1] -> Paint(3, 5) -> first;
FromDump(b.pcap) -> Paint(2, 6) -> join;
join -> CheckPaint(2, 6) -> Discard;
first[1] -> Discard;
