// options: -O0
// counts: check.count 2, ttl.drops 2, note.count 2, out.count 4
// No pass at all: objects and tables, arguments read when the program starts, and a cycle.
InfiniteSource(DATA \<4500001c 00000000 01110000 0a000002 0a010001 0001000200080000>,
               LIMIT 2, STOP true)
  -> t :: Tee(2)
  -> check :: CheckIPHeader(INTERFACES 10.0.0.1/24 10.9.0.1/16)
  -> route :: Null
  -> ttl :: DecIPTTL
  -> out :: Discard;
t[1] -> Print("\"quoted\"", 4, CONTENTS none) -> out;
check[1] -> Discard;
ttl[1] -> ICMPError(10.0.0.1, timeexceeded) -> note :: Counter -> route;
