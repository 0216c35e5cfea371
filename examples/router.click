// An IPv4 router with two ports, after the router of the Click paper (Kohler et al., 2000).
//
// It answers ARP requests for its own addresses and asks for those of its neighbours, checks every
// IP header, looks the destination up, decrements the TTL, handles IP options, fragments what is
// too long for the outgoing link, answers pings, and sends all of the ICMP errors a router owes:
// redirect, parameter problem, time exceeded, fragmentation needed, network and port unreachable.
//
//   pmill run examples/router.click --pcap 0=in.pcap --out 0=out0.pcap --out 1=out1.pcap
//   pmill run examples/router.click PORT0=net_af_packet0 PORT1=net_af_packet1 MAC0=... MAC1=... \
//     -- --vdev net_af_packet0,iface=eth0 --vdev net_af_packet1,iface=eth1
//
// The addresses of neighbours can be read and written while it runs: --control PATH serves
// `neighbours.table` and `neighbours.insert IP ETHER`.

define($PORT0 0, $IP0 10.0.0.1, $MAC0 02:00:00:00:00:01,
       $PORT1 1, $IP1 10.0.1.1, $MAC1 02:00:00:00:00:02,
       $MTU 1500);

neighbours :: ARPTable;

// Receives on a port. Output 0: valid IP packets, painted with the port's colour. Output 1:
// answers to ARP requests, ready to be sent on the same port. Output 2: ARP replies.
elementclass Input { $port, $color, $ip, $mac |
  FromDPDKDevice($port)
    -> HostEtherFilter($mac)  // what is for others, a switch or a hub may have flooded
    -> kind :: Classifier(12/0800, 12/0806 20/0001, 12/0806 20/0002, -);
  kind[0] -> Paint($color) -> Strip(14)
    -> check :: CheckIPHeader(INTERFACES 10.0.0.1/24 10.0.1.1/24, CHECKSUM true)
    -> output;
  kind[1] -> ARPResponder($ip $mac) -> [1] output;
  kind[2] -> [2] output;
  kind[3] -> Discard;  // other protocols
}

// Sends to a network. Input 1: ARP replies from it. Output 0: frames to transmit. Output 1: ICMP
// errors, to be routed.
elementclass Output { $color, $ip, $mac |
  input[0] -> DropBroadcasts -> same :: CheckPaint($color);
  same[1] -> options :: IPGWOptions($ip)
    -> FixIPSrc($ip)
    -> ttl :: DecIPTTL
    -> fragment :: IPFragmenter($MTU)
    -> arp :: ARPQuerier($ip/24, $mac, TABLE neighbours)
    -> output;
  input[1] -> [1] arp;

  // It came from where it goes: the sender could do without us. Forward it, and say so.
  same[0] -> copy :: Tee(2) -> options;
  copy[1] -> ICMPError($ip, redirect, host) -> [1] output;

  options[1] -> ICMPError($ip, parameterproblem) -> [1] output;
  ttl[1] -> ICMPError($ip, timeexceeded) -> [1] output;
  fragment[1] -> ICMPError($ip, unreachable, needfrag) -> [1] output;
}

in0 :: Input($PORT0, 0, $IP0, $MAC0);
in1 :: Input($PORT1, 1, $IP1, $MAC1);
out0 :: Output(0, $IP0, $MAC0);
out1 :: Output(1, $IP1, $MAC1);
port0 :: ToDPDKDevice($PORT0);
port1 :: ToDPDKDevice($PORT1);

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
// For ourselves: pings are answered, nobody is there for anything else.
route[0] -> ping :: ICMPPingResponder -> route;
ping[1] -> ICMPError($IP0, unreachable, port) -> route;
route[1] -> out0;
route[2] -> out1;
route[3] -> ICMPError($IP0, unreachable, net) -> route;

out0[1] -> route;
out1[1] -> route;
in0[1] -> port0;
out0[0] -> port0;
in0[2] -> [1] out0;
in1[1] -> port1;
out1[0] -> port1;
in1[2] -> [1] out1;
