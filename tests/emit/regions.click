// counts: check.count 3, ttl.drops 3, note.count 3, out.count 3, bad.count 0
// One loop body, two cold outputs, and a cycle: what DecIPTTL refuses is answered, and the answer
// is routed like any packet.
InfiniteSource(DATA \<4500001c 00000000 01110000 0a000002 0a010001 0001000200080000>,
               LIMIT 3, STOP true)
  -> check :: CheckIPHeader
  -> route :: Null
  -> ttl :: DecIPTTL
  -> out :: Discard;
check[1] -> bad :: Discard;
ttl[1] -> answer :: ICMPError(10.0.0.1, timeexceeded) -> note :: Counter -> route;
