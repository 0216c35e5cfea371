// counts: near.queries 1, near.count 1, far.responses 1, out.count 2, there.count 1, asked.count 1
// Two elements name a third, which is declared behind them, and know by which input a packet came:
// what waits for one is released by the other, which has the answer.
InfiniteSource(LIMIT 3) -> SetIPAddress(10.0.0.7)
  -> [0] near :: ARPQuerier(10.0.0.1/24, 02:00:00:00:00:01, TABLE t) -> out :: Discard;
InfiniteSource(DATA \<02000000 00010200 00001007 08060001 08000604 00020200
                     00001007 0a000007 02000000 00010a00 0001>, LIMIT 1)
  -> [1] far :: ARPQuerier(10.0.0.1/24, 02:00:00:00:00:01, TABLE t) -> there :: Discard;
Idle -> [1] near; near[1] -> asked :: Discard;
Idle -> [0] far;
t :: ARPTable(CAPACITY 10);
