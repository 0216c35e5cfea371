// A cycle that no source leads into feeds itself only.
FromDump(in.pcap, STOP true) -> Discard;
a :: Null -> t :: Tee -> b :: Null -> a;
t[1] -> Discard;
