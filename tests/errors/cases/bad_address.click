InfiniteSource -> EtherEncap(0x0800, 02:00:00:00:01, 02:00:00:00:00:0g)
  -> ARPResponder(10.0.0.256 02:00:00:00:00:01) -> Discard;
