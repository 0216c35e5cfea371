// The version and the length of the header are known behind CheckIPHeader; what the first
// classifier has found out is known to the second one, and what it has not found, too.
FromDPDKDevice(0) -> kind :: Classifier(12/0800, 12/0806, -);
kind[0] -> Strip(14) -> CheckIPHeader
  -> rules :: IPFilter(allow ip vers 4 && ip hl > 4 && tcp dst port 80, allow udp, drop all)
  -> proto :: IPClassifier(tcp, udp, icmp, -) -> Discard;
proto[1] -> Discard;
proto[2] -> Discard;
proto[3] -> Discard;
kind[1] -> again :: Classifier(12/0800, 12/0806 20/0001, -) -> Discard;
again[1] -> Discard;
again[2] -> Discard;
kind[2] -> other :: Classifier(12/0800, 12/86dd, -) -> Discard;
other[1] -> Discard;
other[2] -> Discard;
