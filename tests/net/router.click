// examples/router.click between two interfaces of this machine, through FromDevice and ToDevice:
// there is no port to name, and what leaves waits in a queue from which ToDevice pulls.
//
//   pmill run tests/net/router.click IF0=eth0 MAC0=02:00:00:00:00:01 IF1=eth1 ...

define($IF0 eth0, $IP0 10.0.0.1, $NET0 10.0.0.0/24, $MAC0 02:00:00:00:00:01,
       $IF1 eth1, $IP1 10.0.1.1, $NET1 10.0.1.0/24, $MAC1 02:00:00:00:00:02,
       $MTU 1500)

// Receives on an interface. Output 0: valid IP packets, painted with the port's colour. Output 1:
// answers to ARP requests, ready to be sent on the same interface. Output 2: ARP replies.
elementclass Input { $interface, $colour, $ip, $mac |
  FromDevice($interface)
    -> HostEtherFilter($mac)   // what is for others, a switch or a hub may have flooded
    -> kind :: Classifier(12/0800, 12/0806 20/0001, 12/0806 20/0002, -);
  kind[0] -> Paint($colour) -> Strip(14)
    -> check :: CheckIPHeader(INTERFACES $IP0/24 $IP1/24, CHECKSUM true)
    -> output;
  kind[1] -> ARPResponder($ip $mac) -> [1] output;
  kind[2] -> [2] output;
  kind[3] -> Discard;          // other protocols
}

// Sends to a network. Input 1: ARP replies from it. Output 0: frames to transmit. Output 1: ICMP
// errors, to be routed.
elementclass Output { $colour, $ip, $mac |
  input[0] -> DropBroadcasts -> same :: CheckPaint($colour);
  same[1] -> options :: IPGWOptions($ip)
    -> FixIPSrc($ip)
    -> ttl :: DecIPTTL
    -> fragment :: IPFragmenter($MTU)
    -> arp :: ARPQuerier($ip, $mac)
    -> output;
  input[1] -> [1] arp;

  // It came from where it goes: the sender could do without us. Forward it, and say so.
  same[0] -> copy :: Tee(2) -> options;
  copy[1] -> ICMPError($ip, redirect, host) -> [1] output;

  options[1]  -> ICMPError($ip, parameterproblem) -> [1] output;
  ttl[1]      -> ICMPError($ip, timeexceeded) -> [1] output;
  fragment[1] -> ICMPError($ip, unreachable, needfrag) -> [1] output;
}

in0 :: Input($IF0, 1, $IP0, $MAC0);
in1 :: Input($IF1, 2, $IP1, $MAC1);
out0 :: Output(1, $IP0, $MAC0);
out1 :: Output(2, $IP1, $MAC1);
port0 :: Queue -> ToDevice($IF0);
port1 :: Queue -> ToDevice($IF1);

// Destination, output; everybody is on the network itself.
route :: StaticIPLookup(
  $IP0/32 0,
  $IP1/32 0,
  $NET0 1,
  $NET1 2,
  0.0.0.0/0 3);                // nobody knows

in0[0] -> route;
in1[0] -> route;
// For ourselves: pings are answered, all else finds nobody.
route[0] -> ping :: ICMPPingResponder -> route;
ping[1] -> ICMPError($IP0, unreachable, port) -> route;
route[1] -> out0;
route[2] -> out1;
route[3] -> ICMPError($IP0, unreachable, net) -> route;

out0[1] -> route;
out1[1] -> route;
in0[1] -> port0;  out0[0] -> port0;  in0[2] -> [1] out0;
in1[1] -> port1;  out1[0] -> port1;  in1[2] -> [1] out1;
