// One way brings paint where the other had something else, which must not be taken for paint.
FromDump(a.pcap) -> Paint(1, 5) -> first :: CheckPaint(1, 5) -> after :: Counter -> join :: Counter;
FromDump(b.pcap) -> Paint(2, 6) -> join;
join -> CheckPaint(2, 6) -> Discard;
first[1] -> Discard;
