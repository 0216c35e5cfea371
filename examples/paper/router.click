// The IP router of the PacketMill paper (Farshin et al., 2021): one port, and one route.
//
// It answers ARP requests for its own address, checks every IP header, sends all that is not for
// itself to one next hop, decrements the TTL, handles IP options, fragments what is too long, and
// sends the ICMP errors a router owes. The next hop is on the same wire as the senders, as in the
// paper's testbed, where one port received and sent; it is treated as another network, so that
// nobody is told to do without the router.
//
//   pmill run examples/paper/router.click --pcap in.pcap --out out.pcap

define($PORT 0, $BURST 32, $IP 10.0.0.1, $MAC 02:00:00:00:00:01,
       $HOP 10.0.0.2, $HOPMAC 02:00:00:00:10:00, $MTU 1500);

FromDPDKDevice($PORT, BURST $BURST)
  -> kind :: Classifier(12/0800, 12/0806 20/0001, -);
port :: ToDPDKDevice($PORT);

kind[0] -> Paint(1)
  -> Strip(14)
  -> check :: CheckIPHeader(INTERFACES $IP/24, CHECKSUM true)
  -> route :: LookupIPRouteMP($IP/32 0, 0.0.0.0/0 $HOP 1);
kind[1] -> ARPResponder($IP $MAC) -> port;
kind[2] -> Discard;  // other protocols

route[0] -> local :: Counter -> Discard;
route[1] -> leave :: IPOutputCombo(2, $IP, $MTU)
  -> encap :: EtherEncap(0x0800, $MAC, $HOPMAC)
  -> port;

leave[1] -> Discard;  // of the paint 2, which no packet has
leave[2] -> ICMPError($IP, parameterproblem) -> route;
leave[3] -> ICMPError($IP, timeexceeded) -> route;
leave[4] -> fragment :: IPFragmenter($MTU) -> encap;
fragment[1] -> ICMPError($IP, unreachable, needfrag) -> route;
