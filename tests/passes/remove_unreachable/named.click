// A Script and a StaticThreadSched name elements that no packet reaches: those stay.
InfiniteSource(LIMIT 1) -> Discard;
Idle -> asked :: Counter -> Discard;
Idle -> gone :: Counter -> Discard;
in :: { Idle -> placed :: Queue -> u :: Unqueue -> Discard };
Script(TYPE PASSIVE, print $(asked.count));
StaticThreadSched(in/u 0);
