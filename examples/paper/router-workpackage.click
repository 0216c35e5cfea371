// The router of the PacketMill paper (Farshin et al., 2021) with a load that can be chosen:
// examples/paper/router.click that works on each packet before it looks for its route.
//
// The work is $W random numbers and then $N accesses to an array of $S MiB, of which each says where
// the next one is. It stands for what network functions do beside receiving and sending: the larger
// it is, the less a compiler can do about the rest. `work.sum` is what the accesses found.
//
//   pmill run examples/paper/router-workpackage.click S=20 N=10 --pcap in.pcap --out out.pcap

define($PORT 0, $BURST 32, $IP 10.0.0.1, $MAC 02:00:00:00:00:01,
       $HOP 10.0.0.2, $HOPMAC 02:00:00:00:10:00, $MTU 1500,
       $S 4, $N 5, $W 4);

FromDPDKDevice($PORT, BURST $BURST)
  -> kind :: Classifier(12/0800, 12/0806 20/0001, -);
port :: ToDPDKDevice($PORT);

kind[0] -> Paint(1)
  -> Strip(14)
  -> check :: CheckIPHeader(INTERFACES $IP/24, CHECKSUM true)
  -> work :: WorkPackage(S $S, N $N, W $W)
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
