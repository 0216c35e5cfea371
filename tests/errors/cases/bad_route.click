InfiniteSource -> Strip(14) -> CheckIPHeader -> r :: StaticIPLookup(
  10.0.0.0/24 0,
  10.0.1.0/33 1,
  10.0.2.0/24 10.0.0.1 10.0.0.2 1,
  0.0.0.0/0 -3);
r[0] -> Discard;
r[1] -> Discard;
