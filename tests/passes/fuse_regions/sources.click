// Packets of both sources go on: the way of each to the join is usual, though one is longer. The
// longer way of the first source is not.
FromDump(in.pcap, STOP true) -> c :: Classifier(12/0800, -);
c[0] -> a :: Counter -> join :: CheckIPHeader(14, CHECKSUM true) -> Strip(14) -> ttl :: DecIPTTL
  -> options :: IPGWOptions(10.0.0.1) -> CheckIPHeader(CHECKSUM true) -> Unstrip(14) -> Discard;
c[1] -> b :: Counter -> Paint(1) -> Paint(2) -> Paint(3) -> d :: Counter -> join;
FromDump(in.pcap, STOP true) -> e :: Counter -> f :: Counter -> g :: Counter -> join;
