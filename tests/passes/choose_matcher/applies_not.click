// A few rules are code, and so are rules that are no small products of sets.
FromDump(in.pcap) -> MarkIPHeader(14) -> f :: IPFilter(allow tcp dst port 80, allow icmp, drop all)
  -> c :: Classifier(12/0800, 12/0806, -);
c[0] -> Discard; c[1] -> Discard; c[2] -> Discard;
