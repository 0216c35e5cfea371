InfiniteSource -> EtherEncap(0x0800, 02:00:00:00:00:01) -> Discard;
