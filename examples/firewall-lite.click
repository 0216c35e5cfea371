// A firewall of Classifier patterns alone: it looks at bytes at fixed offsets, so it knows only
// untagged IPv4 frames without options. Web traffic (TCP port 80 and 443) and DNS (UDP port 53)
// to the inside pass, answers from the inside pass, ARP passes; everything else is counted and
// dropped.
//
//   pmill run examples/firewall-lite.click --pcap 0=outside.pcap --out 1=inside.pcap

outside :: FromDPDKDevice(0);
inside :: FromDPDKDevice(1);
to_outside :: ToDPDKDevice(0);
to_inside :: ToDPDKDevice(1);

// Offsets count from the Ethernet header: 12 type, 14 version and header length, 20 flags and
// fragment offset, 23 protocol, 36 destination port.
rules :: Classifier(
  12/0800 14/45 20/0000%1fff 23/06 36/0050,   // HTTP
  12/0800 14/45 20/0000%1fff 23/06 36/01bb,   // HTTPS
  12/0800 14/45 20/0000%1fff 23/11 36/0035,   // DNS
  12/0806,                                    // ARP
  -);

outside -> rules;
rules[0] -> http :: Counter -> to_inside;
rules[1] -> https :: Counter -> to_inside;
rules[2] -> dns :: Counter -> to_inside;
rules[3] -> arp :: Counter -> to_inside;
rules[4] -> refused :: Counter -> Discard;

inside -> replies :: Classifier(12/0800 14/45, 12/0806, -);
replies[0] -> to_outside;
replies[1] -> to_outside;
replies[2] -> Discard;
