// Packets wait for their burst before each lookup; those that pass one by wait with the others.
// counts: far.count 12, near.count 8, out.count 12, other.count 4
InfiniteSource(LIMIT 12, BURST 4, STOP true, LENGTH 60, TIMESTAMP false) -> turn :: RoundRobinSwitch;
turn[0] -> Paint(1) -> Strip(14) -> far :: FarTable(ENTRIES 1, CLAIM 4000000, NUMBER false);
turn[1] -> Paint(2) -> far;
turn[2] -> Paint(3) -> far;
far[0] -> same :: CheckPaint(3) -> other :: Counter -> out :: Counter -> Discard;
same[1] -> near :: FarTable(ENTRIES 1, CLAIM 4000000) -> out;
