// What s sends out on output 0 is copied, and one of the copies becomes an error: it is rarely so.
// On the way of all packets, such a Tee is not rare.
FromDump(in.pcap, STOP true) -> all :: Tee(2) -> s :: CheckPaint(1);
all[1] -> every :: ICMPError(10.0.0.1, redirect) -> Discard;
s[0] -> copy :: Tee(2) -> join :: Counter -> Discard;
s[1] -> join;
copy[1] -> outer :: Tee(2) -> error :: ICMPError(10.0.0.1, redirect) -> Discard;
outer[1] -> Discard;
