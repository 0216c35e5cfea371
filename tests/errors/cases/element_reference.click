neighbours :: ARPTable;
elementclass Lan { $ip |
  input -> arp :: ARPQuerier($ip/24, 02:00:00:00:00:01, TABLE neighbors) -> output;
  Idle -> [1] arp;
}
InfiniteSource -> count :: Counter -> Lan(10.0.0.1) -> Discard;
InfiniteSource -> other :: ARPQuerier(10.0.0.1/24, 02:00:00:00:00:02, TABLE count) -> Discard;
Idle -> [1] other;
