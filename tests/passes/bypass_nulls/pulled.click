// Two pull from one: each is connected to what the Null pulled from.
FromDump(in.pcap, STOP true) -> q :: Queue -> n :: PullNull;
n -> Unqueue -> Discard;
n -> Unqueue -> Discard;
