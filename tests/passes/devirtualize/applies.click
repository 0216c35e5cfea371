FromDump(in.pcap, STOP true) -> t :: Tee -> a :: Counter -> out :: ToDump(out.pcap);
t[1] -> b :: Counter -> out;
