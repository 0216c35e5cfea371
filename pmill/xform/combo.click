// Elements of an IPv4 router that come one after the other, and the one element that does the same:
//
//   pmill xform combo router.click
//
// Patterns are compared as they are written, argument by argument: hence one for each usual way.

// --- From the receiving port to the routing table: IPInputCombo. Bad packets must be dropped. ----

elementclass Input { $color |
  input -> Paint($color) -> Strip(14) -> CheckIPHeader(CHECKSUM true) -> output }
elementclass Input_Replacement { $color |
  input -> IPInputCombo($color) -> output }

elementclass InputInterfaces { $color, $interfaces |
  input -> Paint($color) -> Strip(14)
    -> CheckIPHeader(INTERFACES $interfaces, CHECKSUM true) -> output }
elementclass InputInterfaces_Replacement { $color, $interfaces |
  input -> IPInputCombo($color, INTERFACES $interfaces) -> output }

elementclass InputChecksum { $color, $interfaces |
  input -> Paint($color) -> Strip(14)
    -> CheckIPHeader(CHECKSUM true, INTERFACES $interfaces) -> output }
elementclass InputChecksum_Replacement { $color, $interfaces |
  input -> IPInputCombo($color, INTERFACES $interfaces) -> output }

// IPInputCombo sets the destination annotation itself, as CheckIPHeader does.
elementclass InputDestination { $color |
  input -> combo :: IPInputCombo($color) -> GetIPAddress(16) -> output }
elementclass InputDestination_Replacement { $color |
  input -> combo :: IPInputCombo($color) -> output }

elementclass InputInterfacesDestination { $color, $interfaces |
  input -> combo :: IPInputCombo($color, INTERFACES $interfaces) -> GetIPAddress(16) -> output }
elementclass InputInterfacesDestination_Replacement { $color, $interfaces |
  input -> combo :: IPInputCombo($color, INTERFACES $interfaces) -> output }

// --- From the routing table to a network: IPOutputCombo. -----------------------------------------
//
// Output 0: packets to send. Output 1: copies of packets that leave where they came from. Output 2:
// packets with bad options. Output 3: packets whose TTL has run out. Output 4: packets that are too
// long and must not be cut into fragments.

elementclass Output { $color, $ip, $mtu |
  input -> DropBroadcasts
    -> same :: PaintTee($color)
    -> options :: IPGWOptions($ip)
    -> FixIPSrc($ip)
    -> ttl :: DecIPTTL
    -> fragment :: IPFragmenter($mtu)
    -> output;
  same[1] -> [1] output;
  options[1] -> [2] output;
  ttl[1] -> [3] output;
  fragment[1] -> [4] output;
}
elementclass Output_Replacement { $color, $ip, $mtu |
  input -> combo :: IPOutputCombo($color, $ip, $mtu) -> output;
  combo[1] -> [1] output;
  combo[2] -> [2] output;
  combo[3] -> [3] output;
  combo[4] -> fragment :: IPFragmenter($mtu) -> output;
  fragment[1] -> [4] output;
}

// CheckPaint and Tee are a PaintTee in two parts. The copy must be sent before the packet itself.
elementclass OutputTee { $color, $ip, $mtu |
  input -> DropBroadcasts
    -> same :: CheckPaint($color)
    -> copy :: Tee(2);
  copy[0] -> [1] output;
  copy[1] -> options :: IPGWOptions($ip)
    -> FixIPSrc($ip)
    -> ttl :: DecIPTTL
    -> fragment :: IPFragmenter($mtu)
    -> output;
  same[1] -> options;
  options[1] -> [2] output;
  ttl[1] -> [3] output;
  fragment[1] -> [4] output;
}
elementclass OutputTee_Replacement { $color, $ip, $mtu |
  input -> combo :: IPOutputCombo($color, $ip, $mtu) -> output;
  combo[1] -> [1] output;
  combo[2] -> [2] output;
  combo[3] -> [3] output;
  combo[4] -> fragment :: IPFragmenter($mtu) -> output;
  fragment[1] -> [4] output;
}
