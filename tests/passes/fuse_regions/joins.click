// Two copies of a short tail cost little: the join is inlined into both arms.
FromDump(in.pcap, STOP true) -> c :: Classifier(12/0800, -);
c[0] -> a :: Counter -> join :: Counter -> Discard;
c[1] -> b :: Counter -> join;
