// The router of the PacketMill paper (Farshin et al., 2021) with what the paper calls an intrusion
// detection system, and a VLAN: examples/paper/router.click that looks into packets.
//
// TCP, UDP and ICMP headers are checked, their checksums over all of the packet: what is wrong goes
// nowhere. Neither do fragments of these, of which nobody can tell. What leaves carries a VLAN tag,
// but for answers to ARP requests, which nobody tagged.
//
//   pmill run examples/paper/router-ids-vlan.click --pcap in.pcap --out out.pcap

define($PORT 0, $BURST 32, $IP 10.0.0.1, $MAC 02:00:00:00:00:01,
       $HOP 10.0.0.2, $HOPMAC 02:00:00:00:10:00, $MTU 1500, $VLAN 100);

FromDPDKDevice($PORT, BURST $BURST)
  -> kind :: Classifier(12/0800, 12/0806 20/0001, -);
port :: ToDPDKDevice($PORT);

kind[0] -> Paint(1)
  -> Strip(14)
  -> check :: CheckIPHeader(INTERFACES $IP/24, CHECKSUM true)
  -> protocol :: IPClassifier(tcp, udp, icmp, -);
kind[1] -> ARPResponder($IP $MAC) -> port;
kind[2] -> Discard;  // other protocols

route :: LookupIPRouteMP($IP/32 0, 0.0.0.0/0 $HOP 1);
protocol[0] -> tcp :: CheckTCPHeader -> route;
protocol[1] -> udp :: CheckUDPHeader -> route;
protocol[2] -> icmp :: CheckICMPHeader -> route;
protocol[3] -> other :: Counter -> route;

route[0] -> local :: Counter -> Discard;
route[1] -> leave :: IPOutputCombo(2, $IP, $MTU)
  -> encap :: EtherEncap(0x0800, $MAC, $HOPMAC)
  -> VLANEncap($VLAN)
  -> port;

leave[1] -> Discard;  // of the paint 2, which no packet has
leave[2] -> ICMPError($IP, parameterproblem) -> route;
leave[3] -> ICMPError($IP, timeexceeded) -> route;
leave[4] -> fragment :: IPFragmenter($MTU) -> encap;
fragment[1] -> ICMPError($IP, unreachable, needfrag) -> route;
