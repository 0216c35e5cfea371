// What is printed before and behind the first lookup must stay in order; the second may wait.
FromDump(in.pcap, STOP true) -> Print(before) -> first :: FarTable(ENTRIES 16777216)
  -> Print(behind) -> second :: FarTable(ENTRIES 16777216) -> Discard;
