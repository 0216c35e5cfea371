// Arguments that name annotations by number overlap with each other and with named ones: they stay
// together, in Click's order.
FromDump(in.pcap) -> p :: Paint(1, 18) -> q :: Paint(2, 20) -> a :: SetIPAddress(1.2.3.4, 17)
  -> t :: Tee -> c :: CheckPaint(1, 18) -> Discard;
t[1] -> d :: CheckPaint(2, 20) -> Discard;
