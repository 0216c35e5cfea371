// Two lookups one after the other: who passes one by waits at its border all the same.
FromDump(in.pcap, STOP true) -> s :: RoundRobinSwitch;
s[0] -> one :: FarTable(ENTRIES 16777216) -> two :: FarTable(ENTRIES 16777216) -> out :: Counter
  -> Discard;
s[1] -> two;
s[2] -> out;
one[1] -> bad :: Counter -> Discard;
