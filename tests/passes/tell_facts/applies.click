// What is known of the packets when they are pulled, of one queue of all that come to it.
FromDPDKDevice(0) -> Classifier(12/0800) -> Strip(14) -> CheckIPHeader
  -> q :: Queue -> Strip(2) -> Unqueue -> IPFilter(allow udp) -> ToDPDKDevice(0);
FromDPDKDevice(1) -> c :: Classifier(30/01, 12/08, -);
c[0] -> both :: Queue -> Unqueue -> ToDPDKDevice(1);
c[1] -> both;
c[2] -> Queue -> Discard;
