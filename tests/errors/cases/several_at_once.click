InfiniteSource(LIMIT x)
  -> Strip(-1)
  -> CheckIPHeader(OFSET 14)
  -> DecIPTTL(MULTICAST perhaps)
  -> Discard;
