// counts: u.count 4, good.count 4, bad.count 2, end.count 3
// Two loops driven by who pulls: an Unqueue, and a Discard. What is between a Queue and its puller
// is part of the puller's loop; a source may stand in a Queue's place.
InfiniteSource(LIMIT 4, BURST 2) -> q :: Queue(8);
InfiniteSource(LIMIT 2) -> Paint(1) -> q;
q -> same :: CheckPaint(0) -> u :: Unqueue(BURST 4) -> good :: Counter -> Discard;
same[1] -> bad :: Counter -> Discard;
InfiniteSource(LIMIT 3) -> [0] both :: RoundRobinSched -> end :: Discard;
Idle -> [1] both;
