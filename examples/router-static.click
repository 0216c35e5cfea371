// An IPv4 router with two ports whose neighbours are configured: examples/router.click without ARP.
//
// It answers ARP requests for its own addresses, checks every IP header, looks the destination
// up, decrements the TTL, handles IP options, fragments what is too long for the outgoing link,
// and sends all of the ICMP errors a router owes: redirect, parameter problem, time exceeded,
// fragmentation needed, network unreachable. What it sends to a network goes to that network's
// next hop, whose Ethernet address is configured.
//
//   pmill run examples/router-static.click --pcap 0=in.pcap --out 0=out0.pcap --out 1=out1.pcap
//   pmill run examples/router-static.click MTU=576 --pcap in.pcap --out 1=out1.pcap

define($IP0 10.0.0.1, $MAC0 02:00:00:00:00:01, $HOP0 02:00:00:00:10:00,
       $IP1 10.0.1.1, $MAC1 02:00:00:00:00:02, $HOP1 02:00:00:00:10:01,
       $MTU 1500);

// Receives on a port. Output 0: valid IP packets, painted with the port's colour. Output 1:
// answers to ARP requests, ready to be sent on the same port.
elementclass Input { $port, $ip, $mac |
  FromDPDKDevice($port)
    -> kind :: Classifier(12/0800, 12/0806 20/0001, -);
  kind[0] -> Paint($port) -> Strip(14)
    -> check :: CheckIPHeader(INTERFACES 10.0.0.1/24 10.0.1.1/24, CHECKSUM true)
    -> output;
  kind[1] -> ARPResponder($ip $mac) -> [1] output;
  kind[2] -> Discard;  // other protocols; nobody here asks, so ARP replies too
}

// Sends to a network. Output 0: frames to transmit. Output 1: ICMP errors, to be routed.
elementclass Output { $port, $ip, $mac, $hop |
  input -> DropBroadcasts -> same :: CheckPaint($port);
  same[1] -> options :: IPGWOptions($ip)
    -> FixIPSrc($ip)
    -> ttl :: DecIPTTL
    -> fragment :: IPFragmenter($MTU)
    -> EtherEncap(0x0800, $mac, $hop)
    -> output;

  // It came from where it goes: the sender could do without us. Forward it, and say so.
  same[0] -> copy :: Tee(2) -> options;
  copy[1] -> ICMPError($ip, redirect, host) -> [1] output;

  options[1] -> ICMPError($ip, parameterproblem) -> [1] output;
  ttl[1] -> ICMPError($ip, timeexceeded) -> [1] output;
  fragment[1] -> ICMPError($ip, unreachable, needfrag) -> [1] output;
}

in0 :: Input(0, $IP0, $MAC0);
in1 :: Input(1, $IP1, $MAC1);
out0 :: Output(0, $IP0, $MAC0, $HOP0);
out1 :: Output(1, $IP1, $MAC1, $HOP1);
port0 :: ToDPDKDevice(0);
port1 :: ToDPDKDevice(1);

// Destination, next hop (none: it is on the network itself), output.
route :: StaticIPLookup(
  10.0.0.1/32 0,          // ourselves
  10.0.1.1/32 0,
  10.0.0.0/24 1,          // the two networks
  10.0.1.0/24 2,
  10.1.0.0/16 10.0.1.2 2, // networks behind them
  10.2.0.0/16 10.0.1.3 2,
  172.16.0.0/12 10.0.0.2 1,
  192.168.0.0/16 10.0.0.3 1,
  0.0.0.0/0 3             // nobody knows
);

in0[0] -> route;
in1[0] -> route;
route[0] -> local :: Counter -> Discard;
route[1] -> out0;
route[2] -> out1;
route[3] -> ICMPError($IP0, unreachable, net) -> route;

out0[1] -> route;
out1[1] -> route;
in0[1] -> port0;
out0[0] -> port0;
in1[1] -> port1;
out1[0] -> port1;
