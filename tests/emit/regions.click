// counts: check.count 3, ttl.drops 3, note.count 3, out.count 3, bad.count 0
// One loop body, two cold outputs, and two cycles: what DecIPTTL refuses is answered, and the answer
// is routed like any packet; and every packet is routed twice.
InfiniteSource(DATA \<4500001c 00000000 01110000 0a000002 0a010001 0001000200080000>,
               LIMIT 3, STOP true)
  -> check :: CheckIPHeader
  -> Paint(1)
  -> route :: Null
  -> first :: CheckPaint(1)
  -> Paint(0)
  -> route;
first[1]
  -> ttl :: DecIPTTL
  -> out :: Discard;
check[1] -> bad :: Discard;
ttl[1] -> answer :: ICMPError(10.0.0.1, timeexceeded) -> note :: Counter -> route;
