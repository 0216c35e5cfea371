// Nulls vanish wherever they stand: between two elements, one after the other, at a join, on the
// pull side of a queue.
FromDump(in.pcap, STOP true) -> Null -> t :: Tee -> PushNull -> Null -> a :: Counter
  -> join :: Null -> Queue -> PullNull -> Null -> Unqueue -> Discard;
t [1] -> b :: Counter -> join;
