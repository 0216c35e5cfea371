// Packets wait before the lookup; those that pass it by and meet the others at `out` wait, too.
FromDump(in.pcap, STOP true) -> kind :: Classifier(12/0800, -);
kind[0] -> Strip(14) -> table :: FarTable(ENTRIES 16777216) -> Unstrip(14) -> out :: Counter -> Discard;
kind[1] -> out;
