// A router that hides a network behind one address: the NAT of the PacketMill paper (Farshin et al.,
// 2021), which is a router whose packets pass a FlowIPManagerIMP and a FlowIPNAT on their way outside.
// Here it is whole: what comes back is translated, too, and pings and errors are answered.
//
//   pmill run examples/paper/router-nat.click --pcap 0=in.pcap --out 1=out.pcap
//
// Inside is port 0, outside port 1 with the address that all share. Both links have the same MTU, so
// nothing is fragmented here.

define($PORT0 0, $IP0 10.0.0.1, $NET0 10.0.0.0/24, $MAC0 02:00:00:00:00:01,
       $PORT1 1, $IP1 192.0.2.1, $NET1 192.0.2.0/24, $MAC1 02:00:00:00:00:02, $GATEWAY 192.0.2.254,
       $CAPACITY 10000000, $TIMEOUT 300);

// Receives on a port. Output 0: valid IP packets. Output 1: answers to ARP requests. Output 2: ARP
// replies.
elementclass Input { $port, $ip, $mac |
  FromDPDKDevice($port)
    -> HostEtherFilter($mac)
    -> kind :: Classifier(12/0800, 12/0806 20/0001, 12/0806 20/0002, -);
  kind[0] -> Strip(14) -> CheckIPHeader(CHECKSUM true) -> output;
  kind[1] -> ARPResponder($ip $mac) -> [1] output;
  kind[2] -> [2] output;
  kind[3] -> Discard;
}

in0 :: Input($PORT0, $IP0, $MAC0);
in1 :: Input($PORT1, $IP1, $MAC1);
arp0 :: ARPQuerier($IP0, $MAC0);
arp1 :: ARPQuerier($IP1, $MAC1);
arp0 -> port0 :: ToDPDKDevice($PORT0);
arp1 -> port1 :: ToDPDKDevice($PORT1);
in0[1] -> port0;  in0[2] -> [1] arp0;
in1[1] -> port1;  in1[2] -> [1] arp1;

// From inside: for ourselves, for a neighbour, or outside. What cannot be translated ends here.
in0[0] -> inside :: StaticIPLookup($IP0/32 0, $IP1/32 0, $NET0 1, 0.0.0.0/0 2);
inside[0] -> ping0 :: ICMPPingResponder -> inside;
ping0[1] -> ICMPError($IP0, unreachable, port) -> inside;
inside[1] -> DropBroadcasts -> arp0;
inside[2] -> DropBroadcasts
  -> ttl :: DecIPTTL
  -> FlowIPManagerIMP(CAPACITY $CAPACITY, TIMEOUT $TIMEOUT)
  -> nat :: FlowIPNAT($IP1)
  -> outside :: StaticIPLookup($NET1 0, 0.0.0.0/0 $GATEWAY 0)
  -> arp1;
ttl[1] -> ICMPError($IP0, timeexceeded) -> inside;

// From outside: what has come to its end is not translated, so that errors quote what was sent.
in1[0] -> old :: IPClassifier(ip ttl < 2 and not icmp type echo, -);
old[0] -> ICMPError($IP1, timeexceeded) -> outside;
old[1] -> back :: FlowIPNATReverse(nat) -> DecIPTTL -> arp0;
back[1] -> for_us :: IPClassifier(dst host $IP1, -);
for_us[0] -> ping1 :: ICMPPingResponder -> outside;
ping1[1] -> ICMPError($IP1, unreachable, port) -> outside;
for_us[1] -> Discard;
