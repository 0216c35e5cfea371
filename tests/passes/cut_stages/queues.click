// The Queue is filled and emptied in one turn of the Unqueue: its packets must not wait before it.
FromDump(in.pcap, STOP true) -> q :: Queue -> Unqueue(BURST 8) -> table :: FarTable(ENTRIES 16777216)
  -> q;
table[1] -> Discard;
